import Naming
import Networks
import Tensors
import Testing

/// The published parameter and MAC counts.
@Suite struct KnownArchitectureTests {
  private func network(_ name: String, _ input: Shape) throws -> Network {
    let type = try architectureCatalog.type(named: name)
    let known = type.init()
    return try Network(known.architecture(input: input, outputs: 10), seed: 1)
  }

  @Test(arguments: [
    ("lenet-300-100", [784], 266_610), ("lenet-5", [28, 28, 1], 431_080),
    ("resnet-20", [32, 32, 3], 269_722), ("resnet-32", [32, 32, 3], 464_154),
    ("resnet-56", [32, 32, 3], 853_018), ("vgg-16", [32, 32, 3], 14_728_266),
  ])
  func parametersAreAsPublished(_ name: String, _ input: [Int], _ count: Int) throws {
    #expect(try network(name, Shape(input)).parameterCount == count)
  }

  @Test func macsAreAsPublished() throws {
    #expect(try network("resnet-56", [32, 32, 3]).macs == 125_485_696)
    #expect(try network("lenet-300-100", [784]).macs == 266_200)
  }

  @Test func weightsOfConvolutionsAreAsPublished() throws {
    let weights = try network("vgg-16", [32, 32, 3]).parameters.joined().filter {
      $0.role == .weight && $0.value.shape.rank == 4
    }
    #expect(weights.reduce(0) { $0 + $1.value.count } == 14_710_464)
  }

  @Test func everyMemberHasCounts() {
    #expect(architectureCatalog.names.count == 6)
  }

  @Test func projectionsHaveParametersOfTheirOwn() throws {
    let stages = ResidualStages(blocks: 3, shortcut: .projection)
    let network = try Network(stages.architecture(input: [32, 32, 3], outputs: 10), seed: 1)
    #expect(network.parameterCount == 269_722 + 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64)
    #expect(network(Tensor(shape: [2, 3072])).shape == [2, 10])
  }
}
