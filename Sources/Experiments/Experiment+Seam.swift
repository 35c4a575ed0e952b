import Explanations
import Foundation
import Networks

/// What a run has come to.
public struct RunOutcome: Sendable {
  public var explanation: Explanation
  /// The whole report folder, the model and the manifest with it.
  public var files: [(name: String, data: Data)]
  /// The gates that were not met, each a sentence; empty where all were.
  public var gates: [String]
  public var notes: [String]

  public init(
    explanation: Explanation, files: [(name: String, data: Data)], gates: [String], notes: [String]
  ) {
    self.explanation = explanation
    self.files = files
    self.gates = gates
    self.notes = notes
  }
}

/// The story of a run is not written yet.
struct Unwritten: LocalizedError {
  var errorDescription: String? { "runs are not part of this build" }
}

extension Experiment {
  /// Trains or reads a network, prunes it, and explains it.
  ///
  /// The state of the run is kept in the folder `checkpoint`; with `resume` the run goes on from
  /// there, and from the start where nothing is kept.
  public func run(control: RunControl, checkpoint: URL?, resume: Bool) throws -> RunOutcome {
    throw Unwritten()
  }

  /// What a run would do, a line each.
  public func plan() throws -> [String] { throw Unwritten() }

  /// Trains a network and stops there.
  /// - Returns: the model, and what a person wants to know of it, a line each.
  public func trainModel(
    control: RunControl, checkpoint: URL?, resume: Bool
  ) throws -> (model: Model, summary: [String]) {
    throw Unwritten()
  }
}
