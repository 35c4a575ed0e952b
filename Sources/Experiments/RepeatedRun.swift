import Datasets
import Explanations
import Networks

/// A training, pruning and extraction beside the reported one, on other rows or labels: without
/// checkpoints and without messages.
struct RepeatedRun {
  let experiment: Experiment
  let rows: Preparation
  let networks: TrainedNetworks
  let predictions: RunPredictions
  private let control: RunControl

  /// Trains and prunes, or prunes the given network.
  /// - Throws: the errors of these stages; `Interrupted` if `control` requests it.
  init(_ experiment: Experiment, on rows: Preparation, control: RunControl) throws {
    self.experiment = experiment
    self.rows = rows
    self.control = RunControl(shouldStop: control.shouldStop, names: control.names)
    let checkpoint = Checkpoint(
      folder: nil, experiment: experiment, version: espalierVersion, data: rows.loaded.sha256,
      control: self.control)
    let start = try StartingNetwork(
      experiment, rows, checkpoint: checkpoint, control: self.control)
    var networks = try TrainedNetworks(
      experiment, from: start, checkpoint: checkpoint, control: self.control)
    try networks.makeReadable(experiment, from: start, on: rows, control: self.control)
    self.networks = networks
    predictions = try RunPredictions(
      networks, from: start, explained: Self.explained(networks, experiment),
      heldOut: rows.heldOut, control: self.control)
  }

  /// The rules of one level over the network that the experiment explains; over inputs if the network
  /// has no hidden features.
  func extraction(_ wanted: RuleLevel) throws -> Extraction {
    let level = wanted == .features && predictions.features == nil ? .inputs : wanted
    let explained = Self.explained(networks, experiment)
    let isOriginal = explained == networks.original && networks.original != networks.pruned
    return try Extraction(
      experiment, level: level, model: level == .features ? networks.pruned : explained,
      features: isOriginal && level != .features ? nil : predictions.features,
      explained: isOriginal && level == .features ? networks.original : nil,
      predictions: predictions,
      rows: rows, control: control)
  }

  private static func explained(_ networks: TrainedNetworks, _ experiment: Experiment) -> Model {
    experiment.explainsOriginal ? networks.original : networks.pruned
  }
}
