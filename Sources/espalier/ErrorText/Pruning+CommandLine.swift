import Pruning

extension PruningError: CommandLineError {
  var exitCode: Int32 {
    if case .goalOutOfReach = self { 2 } else { 65 }
  }

  var optionMessage: String? {
    guard case .unsuited(_, let needs) = self, let message = errorDescription else { return nil }
    switch needs {
    case .parameterGoal: return message + ": --keep"
    case .neuronPruning: return message + ", with --sensitivity"
    case .goalOfNetwork: return message + ", not --widths"
    default: return nil
    }
  }

  var optionHint: String? {
    switch self {
    case .noFeatureLayer: "give --hidden at least one layer"
    case .unsuited(_, let needs):
      switch needs {
      case .parameterGoal: "give --keep, --parameters or --accuracy-drop, or another --method"
      case .goalOfNetwork, .otherThanInputGoal: "give --keep, or another --method"
      case .neuronPruning: "leave out --sensitivity, or give another --method"
      case .tabularInputs: "give --keep or --widths in place of --inputs"
      case .ungroupedConvolutions, .residualBlocks, .batchNormalisation:
        "give another --method; 'espalier list methods' describes them"
      }
    default: nil
    }
  }
}
