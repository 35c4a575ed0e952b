import Naming
import Networks
import Reports
import Tensors
import Testing

/// Networks drawn as blocks.
@Suite struct BlockDiagramTests {
  private static let names = architectureCatalog.names

  private func network(_ name: String) throws -> Network {
    let known = try architectureCatalog.type(named: name).init()
    return try Network(known.architecture(input: [32, 32, 3], outputs: 10), seed: 1)
  }

  private func diagram(_ name: String) throws -> Diagram {
    Diagram(network: try network(name), inputs: [], outputs: [])
  }

  /// How often a block occurs: the number in the title of its frame.
  private func times(_ column: Diagram.Column) throws -> Int {
    column.title.isEmpty ? 1 : try #require(Int(column.title.prefix { $0 != " " }))
  }

  /// Each residual block has a sum; repeated ones count as often as they occur.
  @Test(arguments: [("resnet-20", 9), ("resnet-56", 27)])
  func repeatedBlocksAreDrawnOnce(_ name: String, sums: Int) throws {
    let found = try diagram(name)
    #expect(found.layout == .blocks)
    let drawn = found.columns.flatMap(\.nodes).count
    #expect(drawn < 40, "\(name): \(drawn)")
    let counted = try found.columns.reduce(0) { total, column in
      try total + times(column) * column.nodes.count { $0.title == "sum" }
    }
    #expect(counted == sums)
    // Every sum has the edge of its block and one that skips it.
    for column in found.columns {
      for node in column.nodes where node.title == "sum" {
        #expect(found.edges.count { $0.to == node.id } >= 2)
      }
    }
  }

  /// Every layer is a block or a line of one, as often as the network has it.
  @Test(arguments: names) func everyLayerIsInThePicture(_ name: String) throws {
    let network = try network(name)
    let found = Diagram(network: network, inputs: [], outputs: [])
    guard found.layout == .blocks else { return }
    var expected: [String: Int] = [:]
    for node in network.architecture.nodes where !node.layer.isIdentityAtInference {
      expected[node.layer.title, default: 0] += 1
    }
    var drawn: [String: Int] = [:]
    for column in found.columns {
      let count = try times(column)
      for node in column.nodes {
        drawn[node.title, default: 0] += count
        for line in node.lines where expected[line] != nil { drawn[line, default: 0] += count }
      }
    }
    drawn["input"] = nil
    #expect(drawn == expected)
  }

  /// Without repetitions every link between layers is an edge, or lies within a block.
  @Test func everyLinkOfABranchingNetworkIsAnEdge() throws {
    let architecture = Architecture(
      input: [6],
      nodes: [
        Node(Node.ID("a"), Dense(5)), Node(Node.ID("b"), Activation(.relu)),
        Node(Node.ID("c"), Dense(5), reading: [Node.ID("b")]),
        Node(Node.ID("d"), Sum(), reading: [Node.ID("b"), Node.ID("c")]),
        Node(Node.ID("e"), Dense(3), reading: [Node.ID("d")]),
      ])
    let found = Diagram(network: try Network(architecture, seed: 1), inputs: [], outputs: [])
    #expect(found.layout == .blocks)
    let titles = Dictionary(
      uniqueKeysWithValues: found.columns.flatMap(\.nodes).map { ($0.id, $0.title) })
    let edges = Set(found.edges.map { "\(titles[$0.from] ?? "") > \(titles[$0.to] ?? "")" })
    #expect(
      edges == [
        "input > dense 5", "dense 5 > dense 5", "dense 5 > sum", "sum > dense 3",
      ])
  }

  @Test func aChainOfFewDenseLayersIsDrawnWithItsNeurons() throws {
    let architecture = Architecture(input: [4]) {
      Dense(6)
      Activation(.relu)
      Dense(3)
    }
    let found = Diagram(network: try Network(architecture, seed: 1), inputs: [], outputs: [])
    #expect(found.layout == .columns)
  }
}
