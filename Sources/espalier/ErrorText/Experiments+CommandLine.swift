import Experiments
import Explanations
import Reports

extension ExtractorLevelError: CommandLineError {
  var exitCode: Int32 { 64 }
  var optionHint: String? { possible.first.map { "add --rules \($0.rawValue)" } }
}

extension PixelError: CommandLineError {
  var exitCode: Int32 { 64 }

  var optionMessage: String? {
    switch self {
    case .nothingToScale: "pixel options require images, and the data are not images"
    case .nothingToMove: "--shift requires complete images as network inputs"
    case .channels: nil
    case .notForImages: "--scale-inputs is for the columns of a table, and the data are images"
    case .notForLevels(let column):
      "--scale-inputs is for numeric columns, and '\(shown(column))' is categorical"
    case .described(let setting):
      "\(setting.option) does not apply: the model file already specifies this setting"
    }
  }

  var optionHint: String? {
    switch self {
    case .nothingToScale: "omit --pixel-mean, --pixel-deviation and --pixel-layout"
    case .nothingToMove: "omit --shift"
    case .channels: nil
    case .notForImages: "use --pixel-mean and --pixel-deviation"
    case .notForLevels: "exclude the column with --ignore"
    case .described(let setting): "omit \(setting.option)"
    }
  }
}

extension HyperparameterError: CommandLineError {
  var exitCode: Int32 { 64 }
  var optionMessage: String? { usage }
}

extension HeldOutFractionError: CommandLineError {
  var exitCode: Int32 { 64 }
  var optionMessage: String? { "--held-out: \(errorDescription ?? "")" }
  var optionHint: String? { "give a larger fraction, such as --held-out 0.2" }
}

extension HeldOutError: CommandLineError {
  var exitCode: Int32 { 65 }
  var optionHint: String? {
    "write the labels of the held-out rows as those of the training rows, or hold out a share of the rows: "
      + "--held-out 0.2"
  }
}

extension SettingsError: CommandLineError {
  var exitCode: Int32 { 65 }

  var optionHint: String? {
    guard case .wrongType(_, _, expected: nil) = self else { return nil }
    return "'espalier explain --help' describes the option of that name"
  }
}

extension TrainingMemoryError: CommandLineError {
  var exitCode: Int32 {
    switch self {
    case .training(_, _, _, let error), .encoding(_, _, let error): error.exitCode
    }
  }

  var optionHint: String? {
    switch self {
    case .training(_, _, isPublished: false, _):
      "use fewer units with --hidden or --features, or a smaller batch size with --batch"
    case .training: "choose a smaller --architecture, or a smaller batch size with --batch"
    case .encoding: "use fewer rows, or leave columns out with --ignore"
    }
  }
}

extension Interrupted: CommandLineError {
  var exitCode: Int32 { Interruption.exitCode }
  var optionHint: String? { "the same command with --resume continues the run" }
}

extension OutputError: CommandLineError {
  var exitCode: Int32 {
    switch self {
    case .foreign, .noReport, .changed, .otherRun, .exists, .notReplaced, .tooMuch,
      .cannotCreate:
      73
    case .sameOutput, .isInput, .emptyPath, .standardOutput: 64
    case .cannotWrite: 74
    }
  }

  var optionHint: String? {
    switch self {
    case .exists: "--force overwrites it"
    case .changed, .otherRun:
      "--force overwrites the report; --output with another folder keeps it"
    case .foreign: "move it out of the folder, or name another folder with --output"
    case .noReport: "name another folder with --output, or remove this one first"
    case .notReplaced:
      "--force overwrites only regular files and espalier reports; name another path"
    case .sameOutput: "give each option a different file"
    case .isInput, .emptyPath, .tooMuch, .cannotCreate, .standardOutput: nil
    case .cannotWrite:
      isFullDisk
        ? "free some space or choose another place, then run the command again"
        : "choose another place, then run the command again"
    }
  }
}
