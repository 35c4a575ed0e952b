import Drawing
import Experiments
import Explanations
import Foundation
import Naming
import Networks
import Reports
import Tensors

/// An error of a library as the command line shows it: with an exit code, and with the options that
/// the libraries do not know.
protocol CommandLineError: LocalizedError {
  /// The exit code of a process that ends with this error.
  var exitCode: Int32 { get }
  /// The message with options; `nil` where `errorDescription` is shown.
  var optionMessage: String? { get }
  /// The hint with options; `nil` where `recoverySuggestion` is shown.
  var optionHint: String? { get }
}

extension CommandLineError {
  var optionMessage: String? { nil }
  var optionHint: String? { nil }
}

extension UnknownName: CommandLineError {
  var exitCode: Int32 { 64 }
}

extension RepeatedKey: CommandLineError {
  var exitCode: Int32 { 65 }
}

extension MemoryError: CommandLineError {
  var exitCode: Int32 { 75 }
}

extension NetworkError: CommandLineError {
  var exitCode: Int32 { 65 }

  var optionHint: String? {
    switch self {
    case .wrongInputs: "use the columns of the training data; --ignore excludes other columns"
    case .wrongOutputs(let classes, let outputs) where classes < max(outputs, 2):
      "check --target: it names the column that the network predicts; evaluate and predict take all "
        + "classes with --class-order where rows of some are missing"
    case .wrongOutputs, .numericOutputs:
      "check --target: it names the column that the network predicts"
    default: nil
    }
  }
}

extension ExtractionError: CommandLineError {
  var exitCode: Int32 { 65 }

  var optionHint: String? {
    switch self {
    case .noFeatureLayer: "use --extractor surrogate-tree, which uses only the predictions"
    case .noRows: nil
    case .level(_, _, let known): known.first.map { "use --rules \($0.rawValue)" }
    }
  }
}

extension UnreadableRules: CommandLineError {
  var exitCode: Int32 { 65 }
}

extension RuleProgram.Fault: CommandLineError {
  var exitCode: Int32 { 65 }
}

extension MissingRules: CommandLineError {
  var exitCode: Int32 { 65 }
  var optionHint: String? { known.first.map { "use --rules \($0.rawValue)" } }
}

extension FeaturesMismatch: CommandLineError {
  var exitCode: Int32 { 65 }
}

extension ReportError: CommandLineError {
  var exitCode: Int32 { 65 }

  var optionHint: String? {
    switch self {
    case .featuresNeeded: "keep model.onnx beside it; if layers are not dense, use --rules inputs"
    case .noFeatureRules: "run 'espalier explain' again with --rules features or --rules inputs"
    case .unsupportedActivation: "use --to python, or --rules inputs when explaining"
    case .unsupportedCharacter, .sameName: "rename it in the data, or use --to python"
    case .notANumber, .template: nil
    }
  }
}

extension CardError: CommandLineError {
  var exitCode: Int32 { 65 }
}

extension PDFError: CommandLineError {
  var exitCode: Int32 { 69 }
}

extension DrawingError: CommandLineError {
  var exitCode: Int32 {
    switch self {
    case .noContext: 69
    case .notLoaded: MemoryBudget.addressSpaceLimit == nil ? 69 : 75
    case .noFolder: 73
    case .refused, .badImage, .pixels, .encoder: 65
    }
  }

  var optionHint: String? {
    guard case .notLoaded = self, MemoryBudget.addressSpaceLimit != nil else { return nil }
    return "the address space is limited (ulimit -v): raise the limit"
  }
}
