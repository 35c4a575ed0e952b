import Datasets
import Networks
import Tensors

/// What goes, and why: a value that can be stored, compared, composed and replayed.
///
/// Everything is named by what it was born as, so a plan fits the network that it was made for and
/// every network that is left of it. `Network.masked(by:)` and `Network.compacted(by:)` are two
/// readings of one plan.
public struct PruningPlan: Hashable, Codable, Sendable {
  /// What a removal takes away.
  public enum Subject: Hashable, Codable, Sendable {
    /// A neuron, with all that can only go together with it.
    case neuron(name: Neuron)
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

  /// All that goes, in the order in which it was decided.
  public var removals: [Removal]

  public init(_ removals: [Removal] = []) { self.removals = removals }

  /// The neurons that go.
  public var neurons: [Neuron] {
    removals.compactMap { if case .neuron(let name) = $0.subject { name } else { nil } }
  }

  /// The positions of the network's inputs that go.
  public var inputs: [Int] {
    removals.flatMap { removal -> [Int] in
      if case .column(_, let inputs) = removal.subject { inputs } else { [] }
    }
  }

  /// What goes by either plan.
  public func union(_ other: PruningPlan) -> PruningPlan {
    PruningPlan(removals + other.removals)
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
