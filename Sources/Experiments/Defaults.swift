import Datasets
import Explanations
import Foundation
import Naming
import Networks
import Pruning
import Tensors

/// Default hyperparameters, chosen by the size and kind of the data.
struct Defaults: Sendable {
  var hidden: [Int]
  let features: Int
  let head: Head
  var trainer: Trainer
  let activation: Activation.Function
  /// The requested published architecture.
  let known: (any KnownArchitecture)?
  /// The shape of an image, `[height, width, channels]`.
  let input: Shape?
  /// Whether there are at least 256 inputs.
  let isLarge: Bool

  /// - Throws: `UnknownName` for an unknown architecture.
  init(
    _ options: NetworkOptions, training: Table, inputs: Int
  ) throws(UnknownName) {
    let schema = training.schema
    let rows = training.count
    isLarge = inputs >= 256
    // With many classes, more units and a weaker weight decay: 26 letters are told apart with 96.3 instead
    // of 87.5 % accuracy.
    let isWide =
      !isLarge && schema.image == nil && !schema.target.isNumeric && schema.classes.count > 12
    hidden = options.hidden ?? [isLarge ? 256 : isWide ? 128 : inputs >= 48 ? 64 : 32]
    features =
      options.features ?? (isWide ? 64 : isLarge || schema.classes.count > 6 ? 24 : 12)
    head = schema.target.isNumeric ? .number : options.head ?? .softmax
    activation = options.activation
    known =
      if let name = options.architecture {
        try architectureCatalog.type(named: name).init()
      } else {
        nil
      }
    input = schema.image.map { [$0.height, $0.width, $0.channels] }

    let batch = options.batch ?? (rows < 500 ? 16 : rows < 5000 ? 32 : 128)
    let steps = max(1, rows / batch)
    let epochs = options.epochs ?? (isLarge ? 15 : min(200, max(20, 4000 / steps)))
    var trainer = Trainer(
      epochs: epochs, batch: batch,
      learningRate: options.learningRate
        ?? (inputs > 1024 || known != nil ? 0.001 : isLarge ? 0.002 : 0.01))
    trainer.weightDecay = options.weightDecay ?? (isLarge ? 0.01 : isWide ? 0.05 : 0.2)
    trainer.patience = max(10, epochs / 3)
    trainer.clarification = 0.01
    if options.classWeights, !schema.target.isNumeric {
      trainer.classWeights = training.balancedClassWeights
    }
    self.trainer = trainer
  }

  /// The requested published architecture, or hidden layers, the sigmoid feature layer and the
  /// output layer.
  func architecture(inputs: Int, outputs: Int) -> Architecture {
    if let known { return known.architecture(input: input ?? [inputs], outputs: outputs) }
    let start: Dense.Start =
      activation == .sigmoid || activation == .tanh ? .glorot : .he
    return Architecture(input: [inputs]) {
      for units in hidden {
        [Dense(units, start: start) as any Layer, Activation(activation) as any Layer]
      }
      Dense(features, start: .glorot)
      Activation(.sigmoid)
      Dense(outputs, start: .glorot)
    }
  }

  /// With the parameters averaged over epochs, for the training of a new network of a table with few
  /// columns.
  var averaging: Defaults {
    guard !isLarge, known == nil, input == nil else { return self }
    var copy = self
    copy.trainer.averaging = 0.8
    return copy
  }

  /// The trainer for fine-tuning after each step of the pruning of the feature layer.
  var fineTuning: Trainer {
    var tuning = trainer
    tuning.epochs = max(1, trainer.epochs / 20)
    tuning.learningRate = trainer.learningRate / 4
    tuning.patience = nil
    tuning.averaging = 0
    return tuning
  }

  /// The pruning of the feature layer and of the columns.
  func pruning(_ experiment: Experiment) -> FeatureLayer {
    FeatureLayer(
      accuracyDrop: experiment.network.accuracyDrop, maxNeurons: experiment.maxNeurons,
      maxColumns: experiment.maxInputs,
      finalEpochs: max(3, trainer.epochs / 5), distils: true,
      keepsPredictions: experiment.explainsOriginal, lossLimit: input == nil ? .lowest : .original)
  }
}

extension Table {
  /// Balanced class weights: `rows / (classes · rows of the class)`, over classes that have rows.
  var balancedClassWeights: [Float] {
    let counts = classCounts
    let present = counts.count { $0 > 0 }
    return counts.map { $0 == 0 ? 1 : Float(count) / Float(present * $0) }
  }
}
