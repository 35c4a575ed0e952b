import Tensors

/// The groups of coupled neurons of an architecture, which can only be pruned together.
///
/// Every node has one label per neuron. Layers propagate, concatenate, select or repeat the labels;
/// an element-wise operation such as a sum merges the labels of its inputs by union–find. The
/// result is a partition of all neurons; a group is the unit of scoring and pruning.
///
/// Flattening repeats each channel once per pixel. By default the flattened units belong to the
/// group of their channel; with `separatesFlattenedUnits`, each is a group of its own that can be
/// pruned before its channel.
///
/// - Complexity: nearly O(neurons of all nodes).
public struct NeuronGroups: Sendable {
  /// Neurons that are pruned together.
  public struct Group: Sendable {
    /// The neurons of the group that a layer with weights (or of unknown coupling) outputs, by node
    /// and position.
    public fileprivate(set) var producers: [Position]
    /// Why the group cannot be pruned; `nil` if it can.
    public fileprivate(set) var protection: Protection?
  }

  /// A neuron by its current node position and index.
  public struct Position: Hashable, Sendable {
    /// The position of the node in the architecture.
    public var node: Int
    /// The current index of the neuron in the output of the node.
    public var neuron: Int
  }

  /// Why neurons cannot be pruned.
  public enum Protection: Hashable, Sendable, CustomStringConvertible {
    /// They are inputs of the network.
    case input
    /// They are outputs of the network.
    case output
    /// They are an input or output of a layer with unknown coupling.
    case unknown(node: Node.ID)

    /// The text in messages and reports.
    public var description: String {
      switch self {
      case .input: "an input of the network"
      case .output: "an output of the network"
      case .unknown(let node): "connected to '\(node)', a layer with unknown coupling"
      }
    }
  }

  /// A parameter dimension that is indexed by neurons.
  public struct Slot: Sendable {
    /// The position of the node in the architecture.
    public var node: Int
    /// The position of the parameter in `Network.parameters` of the node.
    public var parameter: Int
    /// The dimension of the parameter.
    public var axis: Int
    /// Whether these are output neurons of the layer; otherwise they are its input neurons.
    public var isOutput: Bool
    /// The group of each index along the dimension.
    public var groups: [Int]
  }

  /// The groups; other properties refer to their positions.
  public let groups: [Group]
  /// The group of each neuron of each node.
  public let ofNodes: [[Int]]
  /// The group of each input neuron of the network: channels of images, else elements.
  public let ofInput: [Int]
  /// The dimensions of all parameters that are indexed by neurons.
  public let slots: [Slot]
  /// The channel's group of each flattened unit's group; empty if flattened units belong to the
  /// group of their channel.
  public let channelOfUnit: [Int: Int]
  /// The flattened units that are read of each channel that is read only through its flattened
  /// units.
  private let parts: [Int: [Int]]

  /// `separatesFlattenedUnits`: whether flattened units are groups of their own.
  /// - Throws: `NetworkError` if the shapes of connected layers do not match.
  public init(_ architecture: Architecture, separatesFlattenedUnits: Bool = false)
    throws(NetworkError)
  {
    var builder = Builder(
      architecture, shapes: try architecture.shapes(),
      separatesFlattenedUnits: separatesFlattenedUnits)
    for index in architecture.nodes.indices { builder.add(index) }
    let found = builder.finished()
    (ofNodes, ofInput, slots, channelOfUnit) = (
      found.nodes, found.input, found.slots, found.channelOfUnit
    )
    var groups = found.groups
    guard !channelOfUnit.isEmpty else {
      self.groups = groups
      parts = [:]
      return
    }
    let read = Set(slots.lazy.filter { !$0.isOutput }.flatMap(\.groups))
    var parts: [Int: [Int]] = [:]
    for (part, whole) in channelOfUnit {
      if groups[whole].protection == nil, !read.contains(whole) {
        parts[whole, default: []] += read.contains(part) ? [part] : []
      }
      // A unit that no layer reads cannot be pruned.
      if !read.contains(part) { groups[part].producers = [] }
    }
    self.groups = groups
    self.parts = parts
  }

  /// The number of flattened units that are read and form groups of their own; 0 without
  /// `separatesFlattenedUnits`.
  public var flattenedUnitsRead: Int { channelOfUnit.keys.count { !groups[$0].producers.isEmpty } }

  /// Completes a set of pruned groups: adds the flattened units of pruned channels, and channels
  /// none of whose flattened units is kept.
  package func close(_ removed: inout [Bool]) {
    for (part, whole) in channelOfUnit where removed[whole] { removed[part] = true }
    for (whole, parts) in parts where parts.allSatisfy({ removed[$0] }) { removed[whole] = true }
  }

  /// The groups that can be pruned, in order.
  public var prunable: [Int] { groups.indices.filter { groups[$0].protection == nil } }

  /// The layers of unknown coupling that protect neurons from pruning.
  public var unknownNodes: [Node.ID] {
    var seen: [Node.ID] = []
    for group in groups {
      if case .unknown(let node)? = group.protection, !seen.contains(node) { seen.append(node) }
    }
    return seen
  }
}

/// Builds the groups node by node with union–find.
private struct Builder {
  let architecture: Architecture
  let shapes: [Shape]
  let separatesFlattenedUnits: Bool
  var parents: [Int] = []
  /// The channel of each atom that is a flattened unit.
  var channels: [Int: Int] = [:]
  var producers: [NeuronGroups.Position?] = []
  var protections: [(atom: Int, NeuronGroups.Protection)] = []
  var input: [Int] = []
  var nodes: [[Int]] = []
  /// Slots that still refer to atoms, not to final groups.
  var slots: [NeuronGroups.Slot] = []

  init(_ architecture: Architecture, shapes: [Shape], separatesFlattenedUnits: Bool) {
    self.architecture = architecture
    self.shapes = shapes
    self.separatesFlattenedUnits = separatesFlattenedUnits
    input = (0..<architecture.input.neurons).map { _ in atom(nil) }
    protections = input.map { ($0, .input) }
  }

  mutating func atom(_ producer: NeuronGroups.Position?) -> Int {
    parents.append(parents.count)
    producers.append(producer)
    return parents.count - 1
  }

  func root(_ atom: Int) -> Int {
    var atom = atom
    while parents[atom] != atom { atom = parents[atom] }
    return atom
  }

  mutating func unite(_ first: Int, _ second: Int) {
    let (a, b) = (root(first), root(second))
    // The lower index becomes the root, so that groups follow the order of the network; paths are
    // compressed.
    parents[max(a, b)] = min(a, b)
    parents[first] = min(a, b)
    parents[second] = min(a, b)
    guard a != b, let own = channels[a] ?? channels[b] else { return }
    channels[min(a, b)] = own
    // Merging two flattened units merges their channels.
    if let first = channels[a], let second = channels[b] { unite(first, second) }
  }

  mutating func add(_ index: Int) {
    let node = architecture.nodes[index]
    let read = architecture.links[index].map { $0 < 0 ? input : nodes[$0] }
    let own = outputs(of: index, reading: read)
    nodes.append(own)
    for (parameter, axes) in node.layer.axes.enumerated() {
      for (position, axis) in axes.enumerated() {
        switch axis {
        case .other: continue
        case .outputs:
          slots.append(
            .init(node: index, parameter: parameter, axis: position, isOutput: true, groups: own))
        case .inputs:
          guard case .mixing(let count) = node.layer.coupling,
            !(count > 1 && count == read[0].count)
          else { continue }
          slots.append(
            .init(
              node: index, parameter: parameter, axis: position, isOutput: false,
              groups: Array(read[0].prefix(read[0].count / count))))
        }
      }
    }
    guard index == architecture.nodes.count - 1 else { return }
    protections += own.map { ($0, .output) }
  }

  /// The atoms of a node's neurons.
  private mutating func outputs(of index: Int, reading read: [[Int]]) -> [Int] {
    let count = shapes[index].neurons
    func fresh(_ builder: inout Builder) -> [Int] {
      (0..<count).map { builder.atom(NeuronGroups.Position(node: index, neuron: $0)) }
    }
    switch architecture.nodes[index].layer.coupling {
    case .mixing(let groups):
      let own = fresh(&self)
      if groups > 1 { unite(own, with: read[0], groups: groups) }
      return own
    case .unitwise:
      guard read.allSatisfy({ $0.count == count }) else {
        return unknown(index, read, fresh(&self))
      }
      for other in read.dropFirst() {
        for (first, second) in zip(read[0], other) { unite(first, second) }
      }
      return read[0]
    case .joining:
      return Array(read.joined())
    case .spreading:
      guard let channels = read.first, !channels.isEmpty else { return fresh(&self) }
      guard separatesFlattenedUnits, count > channels.count else {
        return (0..<count).map { channels[$0 % channels.count] }
      }
      let own = fresh(&self)
      for (position, atom) in own.enumerated() {
        self.channels[atom] = channels[position % channels.count]
      }
      return own
    case .padding(let front, let back):
      return (0..<front).map { _ in atom(nil) } + read[0] + (0..<back).map { _ in atom(nil) }
    case .selecting(let channels):
      return channels.map { read[0][$0] }
    case .opaque:
      return unknown(index, read, fresh(&self))
    }
  }

  /// Protects the input and output neurons of a layer with unknown coupling.
  private mutating func unknown(_ index: Int, _ read: [[Int]], _ own: [Int]) -> [Int] {
    let reason = NeuronGroups.Protection.unknown(node: architecture.nodes[index].id)
    protections += (Array(read.joined()) + own).map { ($0, reason) }
    return own
  }

  /// Couples the neurons of a grouped convolution: groups must keep equal sizes, and a depthwise
  /// channel is pruned with its output channels.
  private mutating func unite(_ own: [Int], with read: [Int], groups: Int) {
    if groups == read.count {
      let each = own.count / groups
      for (position, atom) in own.enumerated() { unite(atom, read[position / each]) }
      return
    }
    for neurons in [own, read] {
      let each = neurons.count / groups
      for position in each..<neurons.count { unite(neurons[position % each], neurons[position]) }
    }
  }

  struct Finished {
    var groups: [NeuronGroups.Group]
    var nodes: [[Int]]
    var input: [Int]
    var slots: [NeuronGroups.Slot]
    var channelOfUnit: [Int: Int] = [:]
  }

  func finished() -> Finished {
    var numbers = [Int](repeating: -1, count: parents.count)
    var groups: [NeuronGroups.Group] = []
    for atom in parents.indices {
      let root = root(atom)
      if numbers[root] < 0 {
        numbers[root] = groups.count
        groups.append(.init(producers: [], protection: nil))
      }
      numbers[atom] = numbers[root]
      if let producer = producers[atom] { groups[numbers[root]].producers.append(producer) }
    }
    // A protected flattened unit protects its channel.
    let channels = protections.compactMap { atom, reason in
      self.channels[root(atom)].map { (atom: $0, reason) }
    }
    for (atom, reason) in protections + channels
    where groups[numbers[atom]].protection != .output {
      // The reason `output` takes precedence; otherwise the first reason is kept.
      if reason == .output || groups[numbers[atom]].protection == nil {
        groups[numbers[atom]].protection = reason
      }
    }
    let slots = slots.map { slot in
      var copy = slot
      copy.groups = slot.groups.map { numbers[$0] }
      return copy
    }
    return Finished(
      groups: groups, nodes: nodes.map { $0.map { numbers[$0] } }, input: input.map { numbers[$0] },
      slots: slots,
      channelOfUnit: self.channels.reduce(into: [:]) { channelOfUnit, entry in
        channelOfUnit[numbers[entry.key]] = numbers[entry.value]
      })
  }
}
