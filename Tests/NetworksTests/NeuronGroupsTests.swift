import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct NeuronGroupsTests {
  /// The groups of a node, as letters in the order of first appearance.
  private func letters(_ groups: [Int], _ first: Int) -> [Int] { groups.map { $0 - first } }

  @Test func aChainHasAGroupForEachNeuron() throws {
    let groups = try NeuronGroups(
      Architecture(input: [3]) {
        Dense(2)
        Activation(.relu)
        Dense(4)
      })
    #expect(groups.ofInput == [0, 1, 2])
    #expect(groups.ofNodes == [[3, 4], [3, 4], [5, 6, 7, 8]])
    #expect(groups.prunable == [3, 4])
    #expect(groups.groups[0].protection == .input && groups.groups[5].protection == .output)
  }

  /// The inputs and outputs of a layer normalisation are protected; neurons after a parametric ReLU
  /// are prunable.
  @Test func layerNormalizationsProtectTheirNeurons() throws {
    let groups = try NeuronGroups(
      Architecture(input: [3]) {
        Dense(2)
        LayerNormalization()
        Dense(2)
        ParametricReLU()
        Dense(2)
      })
    #expect(groups.ofNodes == [[3, 4], [5, 6], [7, 8], [7, 8], [9, 10]])
    #expect(groups.prunable == [7, 8])
    #expect(groups.unknownNodes == [Node.ID("layer-normalization-1")])
  }

  /// For any order of a sum's inputs, including inputs that are sums.
  @Test(arguments: [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 0, 3, 1]])
  func sumsOfSumsMakeOneGroupOfAll(_ order: [Int]) throws {
    var builder = ArchitectureBuilder(input: [3])
    let parts = (0..<4).map { _ in builder.add(Dense(2), reading: [.input]) }
    let first = builder.add(Sum(), reading: [parts[order[0]], parts[order[1]]])
    let second = builder.add(Sum(), reading: [parts[order[2]], parts[order[3]]])
    builder.add(Sum(), reading: [second, first])
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    #expect(groups.ofNodes[0] == [3, 4])
    #expect(groups.ofNodes[..<7].allSatisfy { $0 == groups.ofNodes[0] })
    #expect(groups.groups[3].producers.count == 4)
  }

  @Test func aSumMakesOneOfTwo() throws {
    var builder = ArchitectureBuilder(input: [2, 2, 1])
    let first = builder.add(Convolution(2, Window(1)))
    let second = builder.add(Convolution(2, Window(1)))
    let sum = builder.add(Sum(), reading: first, second)
    let third = builder.add(Convolution(2, Window(1)))
    builder.add(Sum(), reading: sum, third)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    #expect(groups.ofNodes[0] == groups.ofNodes[1] && groups.ofNodes[1] == groups.ofNodes[3])
    #expect(groups.prunable.count == 2)
    #expect(groups.groups[groups.ofNodes[0][0]].producers.map(\.node) == [0, 1, 3])
  }

  /// A sum of sums, one input through a projection, another concatenated with itself.
  @Test func projectionsAndConcatenationsArePrunedWithWhatTheyAreAddedTo() throws {
    var builder = ArchitectureBuilder(input: [2, 2, 1])
    let start = builder.add(Convolution(2, Window(1)))
    let body = builder.add(Convolution(4, Window(1)))
    let projected = builder.add(Convolution(4, Window(1)), reading: start)
    let sum = builder.add(Sum(), reading: body, projected)
    let both = builder.add(Concatenation(), reading: start, start)
    builder.add(Sum(), reading: sum, both)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    let (a, b) = (groups.ofNodes[0][0], groups.ofNodes[0][1])
    #expect(groups.ofNodes[1] == [a, b, a, b])
    #expect(groups.ofNodes[2] == groups.ofNodes[1] && groups.ofNodes[5] == groups.ofNodes[1])
    #expect(groups.prunable.count == 2)
  }

  @Test func theOrderOfAddendsDoesNotMatter() throws {
    try withEverySeed(40) { generator in
      let architecture = try generator.graphNetwork().architecture
      var turned = architecture
      for index in turned.nodes.indices where turned.nodes[index].layer is Sum {
        turned.nodes[index].inputs?.reverse()
      }
      let (first, second) = (try NeuronGroups(architecture), try NeuronGroups(turned))
      // Group numbers may differ, but the partitions are equal.
      let pairs = Set(
        zip(
          first.ofInput + first.ofNodes.joined(), second.ofInput + second.ofNodes.joined()
        ).map { [$0, $1] })
      #expect(pairs.count == Set(pairs.map { $0[0] }).count)
      #expect(pairs.count == Set(pairs.map { $0[1] }).count)
      #expect(first.prunable.count == second.prunable.count)
    }
  }

  @Test func aSkipToTheInputProtects() throws {
    var builder = ArchitectureBuilder(input: [2, 2, 2])
    let body = builder.add(Convolution(2, Window(1)))
    builder.add(Sum(), reading: body, .input)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    #expect(groups.ofNodes[0] == groups.ofInput && groups.prunable.isEmpty)
  }

  @Test func paddedChannelsArePrunedWithWhatTheyAreAddedTo() throws {
    var builder = ArchitectureBuilder(input: [2, 2, 1])
    let start = builder.add(Convolution(2, Window(1)))
    let body = builder.add(Convolution(4, Window(1)))
    let padded = builder.add(ZeroPadding(front: 1, back: 1), reading: start)
    builder.add(Sum(), reading: body, padded)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    #expect(Array(groups.ofNodes[1][1...2]) == groups.ofNodes[0])
    #expect(groups.ofNodes[1] == groups.ofNodes[2] && Set(groups.ofNodes[1]).count == 4)
  }

  @Test func concatenationPutsSideBySideAndANodeTwiceIsItself() throws {
    var builder = ArchitectureBuilder(input: [2, 2, 1])
    let first = builder.add(Convolution(2, Window(1)))
    let second = builder.add(Convolution(1, Window(1)), reading: first)
    builder.add(Concatenation(), reading: first, second, first)
    builder.add(Flattening())
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    let (a, b) = (groups.ofNodes[0], groups.ofNodes[1])
    #expect(groups.ofNodes[2] == a + b + a)
    #expect(groups.ofNodes[3] == (0..<4).flatMap { _ in a + b + a })
  }

  @Test func partsOfASplitKeepTheirNeurons() throws {
    var builder = ArchitectureBuilder(input: [2, 2, 1])
    let whole = builder.add(Convolution(5, Window(1)))
    let first = builder.add(ChannelSelection([0, 1]), reading: whole)
    let second = builder.add(ChannelSelection([4, 2, 3]), reading: whole)
    builder.add(Concatenation(), reading: second, first)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    let own = groups.ofNodes[0]
    #expect(groups.ofNodes[1] == Array(own[..<2]) && groups.ofNodes[2] == [own[4], own[2], own[3]])
    #expect(groups.ofNodes[3] == groups.ofNodes[2] + own[..<2])
    #expect(groups.prunable == own && groups.unknownNodes.isEmpty)
  }

  @Test func groupsOfAConvolutionStayEqual() throws {
    let groups = try NeuronGroups(
      Architecture(input: [2, 2, 1]) {
        Convolution(4, Window(1))
        Convolution(6, Window(1), groups: 2)
        Flattening()
        Dense(2)
      })
    let (read, made) = (groups.ofNodes[0], groups.ofNodes[1])
    #expect(Array(read[..<2]) == Array(read[2...]) && Set(read).count == 2)
    #expect(Array(made[..<3]) == Array(made[3...]) && Set(made).count == 3)
    let depthwise = try NeuronGroups(
      Architecture(input: [2, 2, 1]) {
        Convolution(3, Window(1))
        Convolution(6, Window(1), groups: 3)
        GlobalAveragePooling()
        Dense(2)
      })
    let atoms = depthwise.ofNodes[0]
    #expect(depthwise.ofNodes[1] == [atoms[0], atoms[0], atoms[1], atoms[1], atoms[2], atoms[2]])
  }

  @Test func whatIsUnknownProtectsWhatItTouches() throws {
    let groups = try NeuronGroups(
      Architecture(input: [2, 2, 1]) {
        Convolution(3, Window(1))
        Transposition([1, 0, 2])
        Flattening()
        Dense(4)
        Activation(.relu)
        Dense(2)
      })
    #expect(groups.unknownNodes == ["transposition-1"].map { Node.ID($0) })
    #expect(groups.prunable.count == 4)
    #expect(groups.prunable == groups.ofNodes[3])
  }

  @Test func groupsAreAPartitionAndSlotsFitTheirParameters() throws {
    try withEverySeed(60) { generator in
      let network = try generator.graphNetwork()
      let groups = try NeuronGroups(network.architecture)
      let all = groups.ofInput + groups.ofNodes.joined()
      #expect(Set(all).isSubset(of: Set(groups.groups.indices)))
      for (node, own) in groups.ofNodes.enumerated() {
        #expect(own.count == network.originalIndices[node].count)
      }
      for slot in groups.slots {
        let shape = network.parameters[slot.node][slot.parameter].value.shape
        #expect(shape[slot.axis] == slot.groups.count)
      }
      // Every maker is in the group of its position, exactly once.
      for (index, group) in groups.groups.enumerated() {
        for producer in group.producers {
          #expect(groups.ofNodes[producer.node][producer.neuron] == index)
        }
      }
    }
  }

  @Test func theNetworksOfThePapersKeepTheirWidths() throws {
    let network = ResNet56().architecture(input: [32, 32, 3], outputs: 10)
    let groups = try NeuronGroups(network)
    // The 27 blocks have separate inner channels: 9 · (16 + 32 + 64); the residual streams of the
    // three stages are coupled, with 64 channels at the end.
    #expect(groups.prunable.count == 9 * (16 + 32 + 64) + 64)
    #expect(groups.unknownNodes.isEmpty)
  }
}
