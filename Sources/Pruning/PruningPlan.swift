import Datasets
import Networks
import Tensors

/// The removals and additions of a pruning, with scores: a value that can be stored, compared,
/// combined and replayed.
///
/// Neurons are identified by their original index, so a plan applies to the network that it was
/// made for and to every pruned version of it. `Network.masked(by:)` and `Network.compacted(by:)`
/// apply the same plan in two forms.
public struct PruningPlan: Hashable, Codable, Sendable {
  /// What a removal removes.
  public enum Subject: Hashable, Codable, Sendable {
    /// A neuron, with all neurons coupled to it.
    case neuron(name: Neuron)
    /// One unit of a flattened image, by its original index in the flatten layer; the channel is
    /// kept while any other of its units is read.
    case flattenedUnit(name: Neuron)
    /// A column of the data, with the positions of the network inputs encoded from it.
    case column(name: String, inputs: [Int])
    /// The input of a sum from one of the nodes that it reads.
    case branch(into: Node.ID, from: Node.ID)
    /// Individual weights of a node's parameter, by flat position.
    case weights(of: Node.ID, parameter: Int, entries: [Int])

    private enum CodingKeys: String, CodingKey {
      case neuron
      case flattenedUnit = "number"
      case column, branch, weights
    }

    /// A column of the data.
    public static func column(_ column: InputColumn) -> Subject {
      .column(name: column.name, inputs: column.inputs)
    }
  }

  /// One removal.
  public struct Removal: Hashable, Codable, Sendable {
    /// The removed structure.
    public var subject: Subject
    /// The importance score in its round; lower scores are pruned first.
    public var score: Double
    /// The round of the removal, from 1.
    public var round: Int
    /// The number of lower scores that were pruned in that round: in the network, or in the layer where scores
    /// are ranked within each layer.
    public var rank: Int?
    /// The lowest score that was kept in that round, in the network or in the layer.
    public var threshold: Double?

    /// Creates a removal; rank and threshold are `nil` where nothing was ranked.
    public init(
      _ subject: Subject, score: Double, round: Int, rank: Int? = nil, threshold: Double? = nil
    ) {
      self.subject = subject
      self.score = score
      self.round = round
      self.rank = rank
      self.threshold = threshold
    }
  }

  /// One added neuron: a copy of another, which leaves the network's function unchanged until
  /// training.
  public struct Growth: Hashable, Codable, Sendable {
    /// The copied neuron.
    public var original: Neuron
    /// The copy; its original index was never used in its node before.
    public var name: Neuron
    /// The factor on the copy's outgoing weights, 0 to 1; the original's are scaled by `1 - share`.
    public var share: Float
    /// The round of the addition, from 1.
    public var round: Int

    /// Creates the addition of a copy of a neuron.
    public init(of original: Neuron, name: Neuron, share: Float, round: Int) {
      self.original = original
      self.name = name
      self.share = share
      self.round = round
    }
  }

  /// All removals, in order.
  public var removals: [Removal]
  /// All additions, in order; they are applied before the removals.
  public var growths: [Growth]

  /// Creates a plan; by default it changes nothing.
  public init(_ removals: [Removal] = [], growths: [Growth] = []) {
    self.removals = removals
    self.growths = growths
  }

  private enum CodingKeys: String, CodingKey { case removals, growths }

  /// Decodes a plan; without additions there is no key for them.
  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    removals = try container.decode([Removal].self, forKey: .removals)
    growths = try container.decodeIfPresent([Growth].self, forKey: .growths) ?? []
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(removals, forKey: .removals)
    if !growths.isEmpty { try container.encode(growths, forKey: .growths) }
  }

  /// The removed neurons.
  public var neurons: [Neuron] {
    removals.compactMap { if case .neuron(let name) = $0.subject { name } else { nil } }
  }

  /// The individually removed units of flattened images.
  public var flattenedUnits: [Neuron] {
    removals.compactMap { if case .flattenedUnit(let name) = $0.subject { name } else { nil } }
  }

  /// The positions of the removed network inputs.
  public var inputs: [Int] {
    removals.flatMap { removal -> [Int] in
      if case .column(_, let inputs) = removal.subject { inputs } else { [] }
    }
  }

  /// The additions and removals of both plans.
  public func union(_ other: PruningPlan) -> PruningPlan {
    PruningPlan(removals + other.removals, growths: growths + other.growths)
  }
}

extension Encoding {
  /// Returns the encoding without the inputs at some positions.
  public func removing(_ positions: [Int]) -> Encoding {
    var copy = self
    let removed = Set(positions)
    copy.inputs = inputs.indices.filter { !removed.contains($0) }.map { inputs[$0] }
    return copy
  }
}
