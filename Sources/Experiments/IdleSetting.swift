import Datasets
import Explanations
import Networks
import Pruning

/// A given setting that has no effect on a run.
public struct IdleSetting: Hashable, Sendable {
  /// Why a setting has no effect.
  public enum Cause: Hashable, Sendable {
    /// A goal in inputs prunes columns by their weights, in one round.
    case inputGoal
    /// The method prunes single weights.
    case prunesWeights(method: String)
    /// The method scores weights without data.
    case scoresWithoutData(method: String)
    /// The scores of the method do not use a sample of training rows.
    case scoresWithoutSample(method: String)
    /// The goal is a width for each layer.
    case widthGoal
    /// The method removes neurons, and no single weights.
    case prunesNeurons(method: String)
    /// The pruned network is trained from newly initialised weights.
    case newWeights
    /// A one-shot schedule has one round.
    case oneShot
    /// Scores are ranked within each layer.
    case layerScope
    /// Pruned networks are not fine-tuned.
    case noRecovery
    /// Pruned networks are fine-tuned for 0 epochs.
    case noEpochs
    /// The method always fine-tunes.
    case alwaysFineTunes(method: String)
    /// The network is given.
    case givenNetwork
    /// A published architecture defines the layers.
    case publishedArchitecture
    /// The given network is not trained further.
    case trainedNetwork
    /// A given network is neither pruned nor trained.
    case untrained
    /// The setting is for given networks.
    case needsModel
    /// The target is numeric.
    case numericTarget
    /// No described rules were requested.
    case noDescribedRules
    /// The network is not pruned.
    case noPruning
    /// There are no hidden layers before the feature layer.
    case noHiddenLayers
  }

  /// The setting.
  public let setting: Setting
  /// Why it has no effect.
  public let cause: Cause

  /// A setting without effect.
  public init(_ setting: Setting, _ cause: Cause) {
    self.setting = setting
    self.cause = cause
  }
}

extension PruningExperiment {
  /// The given settings that have no effect.
  /// - Throws: `UnknownName` for an unknown method.
  public func idleSettings() throws -> [IdleSetting] {
    let prunes = try options.method(named: method)
    let recipe = options.recipe(of: prunes)
    let isAdaptive = prunes is any AdaptiveMethod
    let prunesColumns = if case .inputs = goal { true } else { false }
    var found: [IdleSetting] = []
    func note(_ isGiven: Bool, _ setting: Setting, _ cause: IdleSetting.Cause) {
      if isGiven { found.append(IdleSetting(setting, cause)) }
    }
    if prunesColumns {
      let isOther = method != NeuronMagnitude.name && !(prunes is DeepCompression)
      note(!isAdaptive && isOther, .method, .inputGoal)
      note(options.schedule != nil, .schedule, .inputGoal)
      note(options.rounds != nil, .rounds, .inputGoal)
      note(options.compensation != nil, .compensation, .inputGoal)
      note(options.scope != nil, .scope, .inputGoal)
      note(options.normalization != nil, .normalization, .inputGoal)
      note(options.multiple != nil, .multiple, .inputGoal)
      let kind = options.recovery.map { $0 != .none && $0 != .fineTune } ?? false
      note(!isAdaptive && kind, .recovery, .inputGoal)
    } else if options.schedule == .oneShot {
      note(options.rounds.map { $0 > 1 } ?? false, .rounds, .oneShot)
    }
    if case .weights = recipe.score {
      let compensates = options.compensation.map { $0 != .none } ?? false
      note(compensates, .compensation, .prunesWeights(method: method))
      note(options.multiple.map { $0 > 1 } ?? false, .multiple, .prunesWeights(method: method))
      note(options.scoreRows != nil, .scoreRows, .scoresWithoutData(method: method))
    }
    if case .neurons(let score) = recipe.score {
      // Columns are compensated with the means of the sample.
      note(
        options.scoreRows != nil && !score.samplesRows && recipe.compensation == .none
          && !prunesColumns, .scoreRows, .scoresWithoutSample(method: method))
      note(
        options.recovery == .splice && !prunesColumns && !isAdaptive, .recovery,
        .prunesNeurons(method: method))
      // Scores of later rounds depend on the weights, unless these are random too.
      let drawsWeights =
        recipe.recovery.kind == .rewind || recipe.recovery.kind == .scratch
        || recipe.recovery.kind == .scratchBudget
      note(
        options.compensation.map { $0 != .none } ?? false && drawsWeights && !prunesColumns
          && (recipe.schedule.rounds == 1 || recipe.recovery.kind == .rewind
            || prunes is FromScratch),
        .compensation, .newWeights)
    }
    if case .widths = goal { note(options.scope != nil, .scope, .widthGoal) }
    let normalises = options.normalization.map { $0 != .none } ?? false
    note(normalises && recipe.scope == .layer, .normalization, .layerScope)
    if recipe.recovery.kind == .none || recipe.recovery.epochs == 0 {
      note(options.epochs.map { $0 > 0 } ?? false, .epochs, .noRecovery)
      let network = base.network
      let isTrained = type(of: prunes).hasOwnTraining
      let cause: IdleSetting.Cause = recipe.recovery.kind == .none ? .noRecovery : .noEpochs
      note(network.learningRate != nil && !isTrained, .learningRate, cause)
      note(network.batch != nil && !isTrained, .batch, cause)
      note(network.weightDecay != nil && !isTrained, .weightDecay, cause)
      note(options.distillation != nil && !isTrained, .distillation, cause)
    }
    note(isAdaptive && options.recovery != nil, .recovery, .alwaysFineTunes(method: method))
    return found
  }
}

extension Experiment {
  /// The given settings that have no effect.
  ///
  /// `schema`: the schema of the data.
  /// `tunes`: whether a given network is fine-tuned.
  func idleSettings(of schema: Schema, tunes: Bool) -> [IdleSetting] {
    var found: [IdleSetting] = []
    func note(_ settings: [(setting: Setting, isGiven: Bool)], _ cause: IdleSetting.Cause) {
      found += settings.filter(\.isGiven).map { IdleSetting($0.setting, cause) }
    }
    let shape: [(Setting, Bool)] = [
      (.hidden, network.hidden != nil), (.features, network.features != nil),
      (.activation, network.activation != .relu),
    ]
    if model != nil {
      note(
        shape + [
          (.architecture, network.architecture != nil), (.head, network.head != nil),
          (.readable, readable == true),
        ], .givenNetwork)
    } else if network.architecture != nil {
      note(shape, .publishedArchitecture)
    } else if network.hidden == [] {
      note([(.activation, network.activation != .relu)], .noHiddenLayers)
    }
    if !network.prunes {
      let drop = NetworkOptions().accuracyDrop
      note([(.accuracyDrop, network.accuracyDrop != drop)], .noPruning)
    }
    if model != nil, !tunes {
      note([(.shift, network.shift != nil)], .trainedNetwork)
      if !network.prunes {
        note(
          [
            (.epochs, network.epochs != nil), (.batch, network.batch != nil),
            (.learningRate, network.learningRate != nil),
            (.weightDecay, network.weightDecay != nil), (.classWeights, network.classWeights),
          ], .untrained)
      }
    }
    if model == nil {
      note(
        [
          (.pixelMean, network.pixelMean != nil),
          (.pixelDeviation, network.pixelDeviation != nil),
          (.pixelLayout, network.pixelLayout != nil), (.scaleInputs, network.scaleInputs != nil),
          (.classOrder, network.classOrder != nil),
        ], .needsModel)
    }
    if schema.target.isNumeric {
      let head = model == nil && network.head != nil
      note([(.head, head), (.classWeights, network.classWeights)], .numericTarget)
    }
    let isReadable = triesReadable && schema.image == nil && !schema.target.isNumeric
    if !describes(schema), level != .described, !isReadable {
      note(
        [(.maxTerms, maxTerms != nil), (.maxWeight, maxWeight != nil)], .noDescribedRules)
    }
    return found
  }
}
