import Experiments
import Explanations

extension ExtractorLevelError: CommandLineError {
  var exitCode: Int32 { 64 }
  var optionHint: String? { possible.first.map { "add --rules \($0.rawValue)" } }
}

extension PixelError: CommandLineError {
  var exitCode: Int32 { 64 }
}

extension HyperparameterError: CommandLineError {
  var exitCode: Int32 { 64 }
}

extension SettingsError: CommandLineError {
  var exitCode: Int32 { 65 }
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
    case .sameOutput, .isInput: 64
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
    case .isInput, .tooMuch, .cannotCreate: nil
    case .cannotWrite:
      isFullDisk
        ? "free some space or choose another place, then run the command again"
        : "choose another place, then run the command again"
    }
  }
}
