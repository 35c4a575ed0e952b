import Experiments
import Explanations
import Foundation
import Tensors
import Testing

/// The message and the hint of each error of a setting, in the words of the library.
@Suite struct SettingErrorTests {
  struct Expected: Sendable, CustomTestStringConvertible {
    var error: any LocalizedError
    var message: String
    var hint: String
    var testDescription: String { message }

    init(_ error: any LocalizedError, _ message: String, _ hint: String) {
      self.error = error
      self.message = message
      self.hint = hint
    }
  }

  private static let shortage = MemoryError(
    needed: 2e9, workspace: .init(bytes: 1_000_000_000, limit: .freeMemory))
  private static let range = HyperparameterError(
    setting: .batch, key: "network.batch", value: "0", allowed: "a whole number")

  static let errors: [Expected] = [
    Expected(range, "'network.batch' cannot be 0", "give a whole number"),
    Expected(
      HyperparameterError(setting: .keep, key: nil, value: "2", allowed: "a number"),
      "'keep' cannot be 2", "give a number"),
    Expected(
      SettingsError.notAnObject(file: "s.json"), "s.json: not a JSON object",
      #"write settings as {"seed": 7, "maxRules": 10}"#),
    Expected(
      SettingsError.wrongType(file: "s.json", key: "threads", expected: .integer),
      "s.json: 'threads' has a value of the wrong type", "write an integer"),
    Expected(
      SettingsError.wrongType(file: "s.json", key: "output", expected: .string),
      "s.json: 'output' has a value of the wrong type", "write a string"),
    Expected(
      SettingsError.wrongType(file: "s.json", key: "network.head", expected: nil),
      "s.json: 'network.head' has a value of the wrong type",
      "write a value that 'network.head' can have"),
    Expected(
      SettingsError.outOfRange(file: "s.json", range), "s.json: 'network.batch' cannot be 0",
      "give a whole number"),
    Expected(
      PixelError.nothingToScale, "pixel settings require images, and the data are not images",
      "omit the mean, the standard deviation and the layout of pixels"),
    Expected(
      PixelError.nothingToMove, "the random shift requires complete images as network inputs",
      "omit the random shift"),
    Expected(
      PixelError.channels(of: 3, found: 2), "2 values for the normalisation of 3 channels",
      "give one value per channel, or one for all"),
    Expected(
      PixelError.notForImages,
      "the scaling of inputs is for the columns of a table, and the data are images",
      "use the mean and the standard deviation of pixels"),
    Expected(
      PixelError.notForLevels(column: "odor"),
      "the scaling of inputs is for numeric columns, and 'odor' is categorical",
      "ignore the column"),
    Expected(
      PixelError.described(.scaleInputs),
      "'scaleInputs' does not apply: the model file already specifies this setting",
      "omit the setting"),
    Expected(
      TrainingMemoryError.training(
        parameters: 1_000_000, batch: 64, isPublished: false, shortage),
      "training a network of 1,000,000 parameters with a batch size of 64 needs about 2.0 GB of "
        + "memory but only 1.0 GB are available (free memory)",
      "use fewer units in the hidden layers or the feature layer, or a smaller batch size"),
    Expected(
      TrainingMemoryError.training(parameters: 1_000_000, batch: 64, isPublished: true, shortage),
      "training a network of 1,000,000 parameters with a batch size of 64 needs about 2.0 GB of "
        + "memory but only 1.0 GB are available (free memory)",
      "choose a smaller architecture, or a smaller batch size"),
    Expected(
      TrainingMemoryError.encoding(rows: 10_000, inputs: 5000, shortage),
      "encoding 10,000 rows as 5,000 inputs needs about 2.0 GB of memory but only 1.0 GB are "
        + "available (free memory)", "use fewer rows, or leave columns out"),
    Expected(
      ExtractorLevelError(
        extractor: "surrogate-tree", level: .features, possible: [.inputs]),
      "the extractor 'surrogate-tree' does not extract rules over features",
      "extract rules over inputs"),
    Expected(
      Interrupted(), "interrupted", "the run can be resumed from its checkpoint"),
  ]

  @Test(arguments: errors)
  func anErrorHasItsMessageAndHint(_ expected: Expected) {
    #expect(expected.error.errorDescription == expected.message)
    #expect(expected.error.recoverySuggestion == expected.hint)
  }

  @Test(arguments: [
    (CreationProblem.isFolder, "it is a folder"),
    (.unreadableFolder, "the existing folder cannot be read"),
    (.parent(name: "file"), "'file' is not a folder"),
    (.noWorkingFolder, "the working folder was deleted"),
    (.system(code: EACCES), "permission denied"),
    (.system(code: ENAMETOOLONG), "file name too long"),
  ])
  func anOutputHasItsProblem(_ problem: CreationProblem, _ text: String) {
    let error = OutputError.cannotCreate(path: "r", problem)
    #expect(error.errorDescription == "'r' cannot be created: " + text)
    #expect(
      error.recoverySuggestion
        == (problem == .system(code: ENAMETOOLONG)
          ? "choose a shorter name" : "choose a folder that exists and that you may write to"))
  }

  @Test(arguments: [
    (SpecialFile.symbolicLink, "a symbolic link"), (.pipe, "a pipe"), (.socket, "a socket"),
    (.device, "a device"),
  ])
  func aSpecialFileIsNamed(_ kind: SpecialFile, _ text: String) {
    #expect(
      OutputError.notReplaced(path: "r", kind).errorDescription
        == "'r' is \(text), which is never overwritten")
  }
}
