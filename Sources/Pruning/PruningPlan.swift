import Datasets
import Networks
import Tensors

/// What goes, what comes, and why: a value that can be stored, compared, composed and replayed.
///
/// Everything is named by what it was born as, so a plan fits the network that it was made for and
/// every network that is left of it. `Network.masked(by:)` and `Network.compacted(by:)` are two
/// readings of one plan.
public struct PruningPlan: Hashable, Codable, Sendable {
  /// What a removal takes away.
  public enum Subject: Hashable, Codable, Sendable {
    /// A neuron, with all that can only go together with it.
    case neuron(name: Neuron)
    /// One number of an image that has become a row, by its name there; its channel stays while any
    /// other number of it is read.
    case number(name: Neuron)
    /// A column of the data, with the positions of the network's inputs that are made of it.
    case column(name: String, inputs: [Int])
    /// What reaches a sum or a concatenation from one of the nodes it reads.
    case branch(into: Node.ID, from: Node.ID)
    /// Single weights of a node's parameter, by position.
    case weights(of: Node.ID, parameter: Int, entries: [Int])
  }

  /// One thing that goes.
  public struct Removal: Hashable, Codable, Sendable {
    /// What goes.
    public var subject: Subject
    /// The score it had among what was left; the lowest goes first.
    public var score: Double
    /// The round in which it went, from 1.
    public var round: Int
    /// How many scored lower in that round.
    public var rank: Int?
    /// The lowest score that stayed in that round.
    public var threshold: Double?

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

  /// One neuron that comes: a copy of another. Copying changes no answer; what it says is learned.
  public struct Growth: Hashable, Codable, Sendable {
    /// The neuron that is copied.
    public var original: Neuron
    /// What the copy is called; no neuron of its node was ever called so.
    public var name: Neuron
    /// The share of what the original said that its readers take from the copy, 0 to 1.
    public var share: Float
    /// The round in which it came, from 1.
    public var round: Int

    public init(of original: Neuron, name: Neuron, share: Float, round: Int) {
      self.original = original
      self.name = name
      self.share = share
      self.round = round
    }
  }

  /// All that goes, in the order in which it was decided.
  public var removals: [Removal]
  /// All that comes before anything goes, in the order in which it was decided.
  public var growths: [Growth]

  public init(_ removals: [Removal] = [], growths: [Growth] = []) {
    self.removals = removals
    self.growths = growths
  }

  private enum CodingKeys: String, CodingKey { case removals, growths }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    removals = try container.decode([Removal].self, forKey: .removals)
    growths = try container.decodeIfPresent([Growth].self, forKey: .growths) ?? []
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(removals, forKey: .removals)
    if !growths.isEmpty { try container.encode(growths, forKey: .growths) }
  }

  /// The neurons that go.
  public var neurons: [Neuron] {
    removals.compactMap { if case .neuron(let name) = $0.subject { name } else { nil } }
  }

  /// The numbers of flattened images that go by themselves.
  public var numbers: [Neuron] {
    removals.compactMap { if case .number(let name) = $0.subject { name } else { nil } }
  }

  /// The positions of the network's inputs that go.
  public var inputs: [Int] {
    removals.flatMap { removal -> [Int] in
      if case .column(_, let inputs) = removal.subject { inputs } else { [] }
    }
  }

  /// What comes and goes by either plan.
  public func union(_ other: PruningPlan) -> PruningPlan {
    PruningPlan(removals + other.removals, growths: growths + other.growths)
  }
}

extension Encoding {
  /// The encoding without some inputs, by position.
  public func removing(_ positions: [Int]) -> Encoding {
    var copy = self
    let gone = Set(positions)
    copy.inputs = inputs.indices.filter { !gone.contains($0) }.map { inputs[$0] }
    return copy
  }
}
