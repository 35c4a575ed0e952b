import Datasets
import Networks
import Pruning
import Tensors
import Testing

@Suite struct QualityTests {
  /// A network that outputs its inputs.
  private func identity(_ width: Int) throws -> Network {
    var network = try Network(Architecture(input: [width]) { Dense(width) }, seed: 1)
    let weights = (0..<width * width).map { Float($0 / width == $0 % width ? 1 : 0) }
    network.parameters[0][0].value = Tensor(weights, shape: [width, width])
    return network
  }

  private func context(_ head: Head, _ validation: Examples, training: Examples) -> PruningContext {
    PruningContext(
      head: head, training: training, validation: validation,
      trainer: Trainer(epochs: 1, batch: 4, learningRate: 0.1), seed: 1)
  }

  @Test func classesAreMeasuredByAccuracy() throws {
    let rows = Examples(
      inputs: Tensor([1, 0, 0, 1, 1, 0, 1, 0], shape: [4, 2]), labels: [0, 1, 1, 0])
    let context = context(.softmax, rows, training: rows)
    #expect(context.quality(of: try identity(2)) == 0.75)
    #expect(context.errors(of: try identity(2)) == [0, 0, 1, 0])
  }

  @Test func numbersAreMeasuredByExplainedVariance() throws {
    // Outputs 2, 4, 6, 8 for 1, 4, 7, 8: squared errors 1, 0, 1, 0; squared deviations from the mean
    // 5 are 16 + 1 + 4 + 9 = 30.
    let rows = Examples(
      inputs: Tensor([2, 4, 6, 8], shape: [4, 1]), labels: [0, 0, 0, 0], numbers: [1, 4, 7, 8])
    let context = context(.number, rows, training: rows)
    #expect(abs(context.quality(of: try identity(1)) - (1 - 2.0 / 30)) < 1e-12)
    let errors = context.errors(of: try identity(1))
    #expect(abs(errors[0] - 4.0 / 30) < 1e-12 && errors[1] == 0)
    // The bound of a loss of R²: the mean difference and 1.645 standard errors of it.
    let bound = AccuracyFloor.bound(before: [0, 0, 0, 0], after: errors)
    let mean = 2.0 / 30
    let spread = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot() / 4
    #expect(abs(bound - (mean + 1.644_853_626_951 * spread)) < 1e-9)
  }

  @Test func withoutValidationRowsTheTrainingRowsAreMeasured() throws {
    let none = Examples(inputs: Tensor(shape: [0, 2]), labels: [])
    let rows = Examples(inputs: Tensor([1, 0, 0, 1], shape: [2, 2]), labels: [0, 0])
    #expect(context(.softmax, none, training: rows).quality(of: try identity(2)) == 0.5)
  }

  @Test func equalTargetsHaveNoExplainedVariance() throws {
    let rows = Examples(
      inputs: Tensor([2, 4], shape: [2, 1]), labels: [0, 0], numbers: [3, 3])
    #expect(context(.number, rows, training: rows).quality(of: try identity(1)) == 0)
    #expect(context(.number, rows, training: rows).errors(of: try identity(1)) == [0, 0])
  }
}
