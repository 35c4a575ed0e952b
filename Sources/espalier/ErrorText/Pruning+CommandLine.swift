import Pruning

extension PruningError: CommandLineError {
  var exitCode: Int32 {
    if case .goalOutOfReach = self { 2 } else { 65 }
  }

  var optionMessage: String? {
    guard case .unsuited(_, let needs) = self, let message = errorDescription else { return nil }
    switch needs {
    case .parameterGoal: return message + ": --keep"
    case .goalOfNetwork: return message + ", not --widths"
    default: return nil
    }
  }

  var optionHint: String? {
    switch self {
    case .noFeatureLayer: "give --hidden at least one layer"
    case .unsuited: "'espalier list methods' shows the networks that each method supports"
    default: nil
    }
  }
}
