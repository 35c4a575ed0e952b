import CompressedModels
import ModelFiles

extension ModelFileError: CommandLineError {
  var exitCode: Int32 {
    switch self {
    case .unreadable: 66
    case .unwritable: 73
    case .differs: 1
    case .memory(_, _, let error): error.exitCode
    default: 65
    }
  }

  var optionHint: String? {
    switch self {
    case .malformed: "give an ONNX file, as written by torch.onnx.export or espalier train"
    case .foreignModel(_, _, _, .treeEnsemble), .foreignModel(_, _, _, .supportVectorMachine),
      .foreignModel(_, _, _, .quadratic):
      "give a neural network, such as scikit-learn's MLPClassifier; or explain the data without "
        + "--model"
    case .categoricalFeature: "leave the column out with --ignore, or give it as 0/1 columns"
    case .differs: "this is a fault of espalier; please report it with the command"
    default: nil
    }
  }
}

extension CompressedModelError: CommandLineError {
  var exitCode: Int32 { 65 }
}
