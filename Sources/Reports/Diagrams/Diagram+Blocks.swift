import Networks
import Tensors

/// A network as blocks from top to bottom: a layer with its normalisation and activation each.
///
/// Blocks that repeat with the same sizes and links are drawn once, in a frame with their number.
struct NetworkBlocks {
  /// A layer with the element-wise layers after it.
  struct Block: Hashable {
    var title: String
    var lines: [String]
    /// How far before this block those that it reads are; 0 for the inputs of the network.
    var sources: [Int]
    /// The architecture nodes in it.
    var nodes: [Int]
  }

  /// Blocks that occur `count` times after each other.
  struct Run: Hashable {
    var blocks: Range<Int>
    var count: Int
  }

  /// All blocks, in topological order.
  private(set) var blocks: [Block] = []
  /// The blocks that are drawn, in order.
  private(set) var runs: [Run] = []
  /// The block of each architecture node.
  private(set) var blockOfNode: [Int] = []

  /// The longest sequence of blocks that is looked for as a repetition.
  private static let longestPeriod = 12

  /// - Throws: `NetworkError` if the architecture is invalid.
  init(_ network: Network) throws {
    let architecture = network.architecture
    let shapes = try architecture.shapes()
    var readers = [Int](repeating: 0, count: architecture.nodes.count)
    for links in architecture.links {
      for link in links where link >= 0 { readers[link] += 1 }
    }
    for (index, node) in architecture.nodes.enumerated() {
      let links = architecture.links[index]
      if let link = links.first, links.count == 1, link >= 0, readers[link] == 1,
        node.layer.coupling == .unitwise, shapes[index] == shapes[link],
        node.layer.isIdentityAtInference || node.layer.isActivation || node.layer.isNormalization
      {
        let block = blockOfNode[link]
        if !node.layer.isIdentityAtInference { blocks[block].lines.append(node.layer.title) }
        blocks[block].nodes.append(index)
        blockOfNode.append(block)
        continue
      }
      var lines: [String] = node.layer.detail.map { [$0] } ?? []
      if shapes[index] != (links.first.flatMap { $0 >= 0 ? shapes[$0] : nil } ?? architecture.input)
      {
        lines.append("output " + Self.text(of: shapes[index]))
      }
      let kept = network.originalIndices[index]
      if let most = kept.max(), most + 1 > kept.count {
        lines.append("\(counted(kept.count)) kept of at least \(counted(most + 1))")
      }
      let number = blocks.count
      blocks.append(
        Block(
          title: node.layer.title, lines: lines,
          sources: links.map { $0 < 0 ? 0 : number - blockOfNode[$0] }, nodes: [index]))
      blockOfNode.append(number)
    }
    runs = folded()
  }

  /// `16 × 32 × 32`: channels, height, width; the number of units of a vector.
  private static func text(of shape: Shape) -> String {
    guard shape.rank == 3 else { return counted(shape.count) }
    return "\(shape[2]) × \(shape[0]) × \(shape[1])"
  }

  /// What two blocks must share to be repetitions.
  private func isRepeated(_ first: Int, _ second: Int) -> Bool {
    blocks[first].title == blocks[second].title && blocks[first].lines == blocks[second].lines
      && blocks[first].sources == blocks[second].sources
  }

  /// Repetitions at each place: at least two of a period of two or more blocks, or three of one block; those
  /// that cover most blocks, and of these the shortest period. A repetition begins after a block that joins
  /// branches where that is possible.
  private func folded() -> [Run] {
    var found: [Run] = []
    var index = 0
    while index < blocks.count {
      var best: (period: Int, count: Int) = (1, 1)
      for period in 1...Self.longestPeriod {
        let count = repetitions(at: index, period: period)
        if count > 1, count * period > max(2, best.count * best.period) { best = (period, count) }
      }
      if best.count > 1, !endsInJoin(index, best.period),
        let shift = (1..<best.period).first(where: {
          endsInJoin(index + $0, best.period)
            && repetitions(at: index + $0, period: best.period) >= best.count
        })
      {
        found += (index..<index + shift).map { Run(blocks: $0..<$0 + 1, count: 1) }
        index += shift
      }
      found.append(Run(blocks: index..<index + best.period, count: best.count))
      index += best.count * best.period
    }
    return found
  }

  private func endsInJoin(_ start: Int, _ period: Int) -> Bool {
    blocks.indices.contains(start + period - 1) && blocks[start + period - 1].sources.count > 1
  }

  /// How often the `period` blocks from `start` occur after each other; 0 beyond the last block.
  private func repetitions(at start: Int, period: Int) -> Int {
    guard start + period <= blocks.count else { return 0 }
    var count = 1
    while start + (count + 1) * period <= blocks.count,
      (0..<period).allSatisfy({ offset in
        let other = start + count * period + offset
        return isRepeated(start + offset, other)
          && reachesOneBack(other, offset: offset, period: period)
      })
    {
      count += 1
    }
    return count
  }

  /// Whether a block of a repetition reads blocks of its own or of the repetition before only.
  private func reachesOneBack(_ block: Int, offset: Int, period: Int) -> Bool {
    blocks[block].sources.allSatisfy { $0 > 0 && $0 <= offset + period }
  }

  /// The drawn block that stands for a block.
  func drawn(_ block: Int) -> Int {
    var start = 0
    for run in runs {
      let length = run.blocks.count * run.count
      if block < start + length {
        return run.blocks.lowerBound + (block - start) % run.blocks.count
      }
      start += length
    }
    return block
  }

  /// The links between blocks that are drawn, `-1` for the inputs; `isBack` for those from one repetition
  /// to the next.
  var edges: [(from: Int, to: Int, isBack: Bool)] {
    var known: Set<[Int]> = []
    var all: [(from: Int, to: Int, isBack: Bool)] = []
    for (index, block) in blocks.enumerated() {
      for source in block.sources {
        let to = drawn(index)
        let from = source == 0 ? -1 : drawn(index - source)
        let isBack = from >= to
        guard known.insert([from, to]).inserted else { continue }
        all.append((from, to, isBack))
      }
    }
    return all
  }
}

extension Diagram {
  /// Whether a network is drawn as blocks: images, branches, or many layers.
  static func isDrawnAsBlocks(_ network: Network) -> Bool {
    !network.architecture.isSequence || network.architecture.input.rank > 1
      || network.architecture.nodes.count { !$0.layer.isActivation } > 6
  }

  /// The diagram of a network as blocks from top to bottom.
  /// - Throws: `NetworkError` if the architecture is invalid.
  init(blocksOf network: Network, inputs: Int, outputs: [String]) throws {
    let found = try NetworkBlocks(network)
    var columns = [
      Column("", [Node("b-in", .input, "input", lines: [Self.inputText(network, inputs)])])
    ]
    var isFolded = false
    for run in found.runs {
      let nodes = run.blocks.map { index in
        let block = found.blocks[index]
        let names = index == found.blocks.count - 1 && outputs.count <= 12 ? outputs : []
        return Node(
          "b-\(index)", names.isEmpty ? .hidden : .output, block.title,
          lines: block.lines
            + (names.isEmpty ? [] : [names.map { shown($0, limit: 20) }.joined(separator: ", ")]))
      }
      isFolded = isFolded || run.count > 1
      columns.append(Column(run.count > 1 ? "\(run.count) times" : "", nodes))
    }
    let edges = found.edges.map { edge in
      Edge(
        edge.from < 0 ? "b-in" : "b-\(edge.from)", to: "b-\(edge.to)", sign: edge.isBack ? -1 : 0)
    }
    var caption: Phrase = """
      Each block is a layer with its normalisation and activation, with the shape of its output \
      (channels × height × width) where that changes.
      """
    if isFolded {
      caption += """
         Blocks in a frame are repeated with the same sizes; a dashed line leads from one repetition to \
        the next.
        """
    }
    self.init(
      title: "The network: \(counted(network.parameterCount, "parameter"))", caption: caption,
      columns: columns, edges: edges, layout: .blocks)
  }

  private static func inputText(_ network: Network, _ count: Int) -> String {
    let shape = network.architecture.input
    return shape.rank == 3
      ? "\(shape[2]) × \(shape[0]) × \(shape[1])" : counted(shape.count, "column")
  }
}
