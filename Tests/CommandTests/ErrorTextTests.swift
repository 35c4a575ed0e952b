import CompressedModels
import Datasets
import Drawing
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning
import Reports
import Tensors
import Testing
import espalier

/// The message, the hint and the exit code of each library error on the command line.
@Suite struct ErrorTextTests {
  struct Expected: CustomTestStringConvertible, Sendable {
    var error: any Error
    var message: String
    var hint: String
    var code: Int32
    var testDescription: String { message }

    init(_ error: any Error, _ message: String, _ hint: String, _ code: Int32) {
      self.error = error
      self.message = message
      self.hint = hint
      self.code = code
    }
  }

  private static let shortage = MemoryError(
    needed: 2e9, workspace: .init(bytes: 1_000_000_000, limit: .freeMemory))
  private static let place = SourcePosition("t.csv", line: 2, column: 1)

  static let data: [Expected] = [
    Expected(
      DatasetError.noHeader(at: place, found: "0.1"),
      "t.csv:2:1: the first line looks like a row, not a header: it has '0.1'",
      "--no-header reads it as a row, --names A,B,… names the columns, --header takes it for names",
      65),
    Expected(
      DatasetError.wrongNameCount(source: "t.csv", names: 2, fields: 4),
      "t.csv: 2 names given for lines of 4 fields", "give one name for each column with --names",
      64),
    Expected(
      DatasetError.oneField(at: place),
      "t.csv:2:1: every line is one field, and a table needs a feature column and a target",
      "fields are separated by commas, semicolons, tabs, | or blanks; name one with --separator", 65
    ),
    Expected(
      DatasetError.ambiguousNumber(at: place, column: "x", found: "1,231", count: 20),
      "t.csv:2:1: '1,231' in the column 'x' looks like a number with a decimal comma or with a "
        + "comma between thousands, as in 20 cells", "specify --decimal comma or --decimal point",
      65),
    Expected(
      DatasetError.otherDecimal(at: place, column: "x", found: "0,5", given: .point),
      "t.csv:2:1: '0,5' in the column 'x' is not a number with a decimal point",
      "omit --decimal, or use one decimal mark in the whole table", 65),
    Expected(
      DatasetError.ignoredTarget(name: "y"),
      "the column 'y' is the target and cannot be ignored", "choose another column with --target",
      64),
    Expected(
      DatasetError.emptyTarget(source: "t.csv", name: "y"),
      "t.csv: the target 'y' has no value in any row", "choose another column with --target", 65),
    Expected(
      DatasetError.longClassName(source: "t.csv", name: "y"),
      "t.csv: the target 'y' has a string of more than 65,536 bytes",
      "choose another column with --target", 65),
    Expected(
      DatasetError.unusableTarget(source: "t.csv", name: "y", .dates(example: "2024-01-02")),
      "t.csv: the target 'y' holds dates or times such as '2024-01-02'",
      "choose another column with --target", 65),
    Expected(
      DatasetError.tooManyClasses(source: "t.csv", name: "y", count: 20, rows: 20),
      "t.csv: the target 'y' has 20 classes in 20 rows",
      "choose another column with --target; a class needs several rows", 65),
    Expected(
      DatasetError.oneClass(source: "t.csv", target: "y", name: "p"),
      "t.csv: every row has the y 'p'",
      "classification needs at least two classes; choose another column with --target", 65),
    Expected(
      DatasetError.malformedSchema(
        source: "schema.json", .missingKey("name", path: "target")),
      "schema.json: there is no 'name' in 'target'",
      "see the schema.json of a data set that comes with the tool", 65),
    Expected(
      DatasetError.malformedSchema(source: "schema.json", .emptyLevel(column: "a")),
      "schema.json: 'a' has '' among its levels or classes, and an empty cell is a missing value",
      "remove '' from the list", 65),
    Expected(
      DatasetError.inputTooLarge(source: "t.csv", limit: 9000, isPacked: true),
      "t.csv: more than 9,000 bytes when unpacked, the maximum",
      "--max-input-bytes allows more, up to the machine's memory", 75),
    Expected(
      DatasetError.imagesTooLarge(source: "i", needed: 12_000, limit: 10_000),
      "i: the images take 12,000 bytes of memory where 10,000 are allowed",
      "--max-input-bytes allows more, up to the machine's memory", 75),
    Expected(
      DatasetError.tableTooLarge(source: "t.csv", row: 1000, columns: 3, limit: 9000),
      "t.csv: the rows up to 1,000, of 3 columns, take more than 9,000 bytes of memory, the "
        + "maximum", "--max-input-bytes allows more, up to the machine's memory", 75),
    Expected(
      DatasetError.missingFile(path: "a.csv"), "there is no file 'a.csv'",
      "see 'espalier list datasets' for the data sets that have names", 66),
    Expected(
      DatasetError.unreadable(path: "a.csv", code: EACCES),
      "cannot read 'a.csv': permission denied", "check the permissions of the file", 66),
    Expected(
      DatasetError.noData(path: "a"), "there are no data in the folder 'a'",
      "a data folder contains data.csv and schema.json, IDX files, CIFAR binary files, or a folder of PNG "
        + "images for each class", 66),
    Expected(
      DatasetError.notFetched(name: "mnist"), "the data set 'mnist' is not on this machine",
      "espalier datasets fetch mnist", 66),
    Expected(
      DatasetError.missingPart(folder: "a", name: "b.gz"), "there is no file 'b.gz' in 'a'",
      "name the folder that has the original files with --from", 66),
    Expected(
      DatasetError.otherFile(folder: "a", name: "b"),
      "the folder 'a' contains 'b', which is not part of the data set",
      "move it elsewhere, then fetch the data set again", 73),
    Expected(
      DatasetError.cannotWrite(path: "a", code: EROFS),
      "cannot write 'a': read-only file system",
      "check the permissions of the folder and the space on the disk", 73),
    Expected(
      DatasetError.cannotDownload(address: "http://a", .status(404)),
      "cannot download 'http://a': the server returned status 404",
      "get the files another way and name their folder with --from", 74),
    Expected(
      UnknownName("irsi", family: "data set", known: ["iris"]), "there is no data set named 'irsi'",
      "did you mean 'iris'?", 64),
  ]

  static let networks: [Expected] = [
    Expected(
      TrainingMemoryError.training(
        parameters: 1_000_000, batch: 64, isPublished: false, shortage),
      "training a network of 1,000,000 parameters with a batch size of 64 needs about 2.0 GB of "
        + "memory but only 1.0 GB are available (free memory)",
      "use fewer units with --hidden or --features, or a smaller batch size with --batch", 75),
    Expected(
      TrainingMemoryError.training(parameters: 1_000_000, batch: 64, isPublished: true, shortage),
      "training a network of 1,000,000 parameters with a batch size of 64 needs about 2.0 GB of "
        + "memory but only 1.0 GB are available (free memory)",
      "choose a smaller --architecture, or a smaller batch size with --batch", 75),
    Expected(
      TrainingMemoryError.encoding(rows: 10_000, inputs: 5000, shortage),
      "encoding 10,000 rows as 5,000 inputs needs about 2.0 GB of memory but only 1.0 GB are "
        + "available (free memory)", "use fewer rows, or leave columns out with --ignore", 75),
    Expected(
      shortage, "a step needs about 2.0 GB of memory but only 1.0 GB are available (free memory)",
      "give the process more memory", 75),
    Expected(
      NetworkError.wrongInputs(expected: 4, found: 3),
      "the encoded data have 3 inputs but the network expects 4",
      "use the columns of the training data; --ignore excludes other columns", 65),
    Expected(
      NetworkError.wrongOutputs(expected: 3, found: 2),
      "the network has 2 outputs but the data have 3 classes",
      "check --target: it names the column that the network predicts", 65),
    Expected(
      NetworkError.wrongOutputs(expected: 1, found: 1),
      "the network has 1 output, for two classes, but the data have 1 class",
      "check --target: it names the column that the network predicts; evaluate and predict take all "
        + "classes with --class-order where rows of some are missing", 65),
    Expected(
      NetworkError.numericOutputs(found: 3),
      "the network has 3 outputs where a numeric target needs one",
      "check --target: it names the column that the network predicts", 65),
    Expected(
      NetworkError.wrongOutputs(expected: 2, found: 3),
      "the network has 3 outputs but the data have 2 classes",
      "check --target: it names the column that the network predicts; evaluate and predict take all "
        + "classes with --class-order where rows of some are missing", 65),
    Expected(
      NetworkError.noLayers, "the network has no layers", "add at least one dense layer", 65),
    Expected(
      PruningError.noFeatureLayer, "the network has no hidden layer between two dense layers",
      "give --hidden at least one layer", 65),
    Expected(
      PruningError.unsuited(method: "weight pruning", needs: .parameterGoal),
      "'weight pruning' needs a goal in parameters: --keep",
      "give --keep, --parameters or --accuracy-drop, or another --method", 65),
    Expected(
      PruningError.unsuited(method: "grow", needs: .goalOfNetwork),
      "'grow' needs a goal for the whole network, not --widths",
      "give --keep, or another --method", 65),
    Expected(
      PruningError.unsuited(method: "block-then-channel", needs: .residualBlocks),
      "'block-then-channel' needs a network with residual blocks",
      "give another --method; 'espalier list methods' describes them", 65),
    Expected(
      PruningError.goalOutOfReach(.bytes(200, nearest: 300)),
      "the goal cannot be met: 200 bytes", "the nearest achievable value: 300 bytes", 2),
    Expected(
      ExtractionError.noFeatureLayer(extractor: "threshold-search"),
      "extractor 'threshold-search' found no hidden activation followed by a dense output layer",
      "use --extractor surrogate-tree, which uses only the predictions", 65),
    Expected(
      ExtractionError.level(.features, extractor: "surrogate-tree", known: [.inputs]),
      "extractor 'surrogate-tree' cannot extract rules over features, only rules over inputs",
      "use --rules inputs", 65),
    Expected(
      ExtractionError.noRows, "there are no training rows for rule extraction",
      "give at least one row that is not held out", 65),
    Expected(
      ReportError.featuresNeeded(example: "F1"),
      "the rules use the hidden feature 'F1', which only the network computes",
      "keep model.onnx beside it; if layers are not dense, use --rules inputs", 65),
    Expected(
      ReportError.noFeatureRules, "the explanation has no rules over hidden features",
      "run 'espalier explain' again with --rules features or --rules inputs", 65),
    Expected(
      ReportError.template(file: "report.html", words: "a tag is not closed"),
      "the template 'report.html' cannot be used: a tag is not closed",
      "start from the built-in templates", 65),
    Expected(
      DrawingError.noContext, "Graphviz could not be started",
      "install Graphviz with its library: apt-get install libgraphviz-dev", 69),
    Expected(
      DrawingError.notLoaded("no library"), "a library of Graphviz cannot be loaded: no library",
      "install Graphviz with its library: apt-get install libgraphviz-dev", 69),
    Expected(
      DrawingError.noFolder(path: "/tmp"), "images could not be written to '/tmp'",
      "set TMPDIR to a writable folder", 73),
    Expected(
      DrawingError.badImage(name: "a"), "the image 'a' is not a PNG with a plain file name",
      "give PNG bytes under a name of letters, digits and hyphens with .png", 65),
  ]

  static let models: [Expected] = [
    Expected(
      ModelFileError.unreadable(file: "a.onnx", .noFile),
      "a.onnx: cannot be read: there is no such file", "give the path of a readable ONNX file", 66),
    Expected(
      ModelFileError.unwritable(file: "a.onnx", .noFolder),
      "a.onnx: cannot be written: there is no such folder",
      "choose a folder that exists and that you may write to", 73),
    Expected(
      ModelFileError.malformed(file: "a.onnx", .noGraph),
      "a.onnx: it has no graph",
      "give an ONNX file, as written by torch.onnx.export or espalier train", 65),
    Expected(
      ModelFileError.foreignModel(
        file: "a.onnx", node: "n", operator: "TreeEnsembleClassifier", .treeEnsemble),
      "a.onnx: node 'n' (TreeEnsembleClassifier): the file holds an ensemble of decision trees, "
        + "not a neural network",
      "give a neural network, such as scikit-learn's MLPClassifier; or explain the data without "
        + "--model", 65),
    Expected(
      ModelFileError.foreignModel(
        file: "a.onnx", node: "n", operator: "SVMClassifier", .supportVectorMachine),
      "a.onnx: node 'n' (SVMClassifier): the file holds a support vector machine, not a neural "
        + "network",
      "give a neural network, such as scikit-learn's MLPClassifier; or explain the data without "
        + "--model", 65),
    Expected(
      ModelFileError.foreignModel(file: "a.onnx", node: "n", operator: "Binarizer", .multilabel),
      "a.onnx: node 'n' (Binarizer): the file holds a multilabel network, which gives each row "
        + "several labels at once",
      "give a network with one class per row: export one network for each label", 65),
    Expected(
      ModelFileError.categoricalFeature(name: "colour"),
      "the column 'colour' holds levels where the network reads numbers",
      "leave the column out with --ignore, or give it as 0/1 columns", 65),
    Expected(
      ModelFileError.differs(file: "a.onnx", changed: 3, rows: 60),
      "a.onnx: read back, its predictions on 3 of 60 rows differ from those of the measured "
        + "network; it is not written",
      "this is a fault of espalier; please report it with the command", 1),
    Expected(
      ModelFileError.memory(file: "a.onnx", bytes: 400_000_000, shortage),
      "reading 400 MB of weights of a.onnx needs about 2.0 GB of memory but only 1.0 GB are "
        + "available (free memory)",
      "give the process more memory, or export a smaller network", 75),
    Expected(
      CompressedModelError.version(file: "a.espalier", found: 2, known: 1),
      "a.espalier: unsupported compressed model version 2; expected version 1",
      "read it with the version of espalier that wrote it", 65),
  ]

  private static let tooManyRules = HyperparameterError(
    setting: .maxRules, key: "maxRules", value: "0", allowed: "a whole number from 1 to 1,000,000")

  static let runs: [Expected] = [
    Expected(
      OutputError.exists(path: "a"), "'a' already exists", "--force overwrites it", 73),
    Expected(
      OutputError.notReplaced(path: "d.onnx", .device),
      "'d.onnx' is a device, which is never overwritten",
      "--force overwrites only regular files and espalier reports; name another path", 73),
    Expected(
      OutputError.foreign(folder: "r", holds: "diary"),
      "the folder 'r' contains 'diary', which is not part of a report",
      "move it out of the folder, or name another folder with --output", 73),
    Expected(
      OutputError.noReport(folder: "r"),
      "the folder 'r' is not an espalier report: it has no espalier manifest.json",
      "name another folder with --output, or remove this one first", 73),
    Expected(
      OutputError.changed(folder: "r", file: "rules.txt"),
      "'rules.txt' in the folder 'r' was changed after it was written",
      "--force overwrites the report; --output with another folder keeps it", 73),
    Expected(
      OutputError.otherRun(folder: "r", command: "explain iris"),
      "the folder 'r' contains the report of another run: espalier explain iris",
      "--force overwrites the report; --output with another folder keeps it", 73),
    Expected(
      OutputError.tooMuch(folder: "r"), "the folder 'r' contains more than a report",
      "name a separate folder, for example 'report'", 73),
    Expected(
      OutputError.cannotCreate(path: "r", .parent(name: "file")),
      "'r' cannot be created: 'file' is not a folder",
      "choose a folder that exists and that you may write to", 73),
    Expected(
      OutputError.sameOutput(path: "a", options: ["--plan", "--output"]),
      "--plan and --output both name 'a'", "give each option a different file", 64),
    Expected(
      OutputError.isInput(path: "a", option: "--output", input: "the model"),
      "--output names 'a', which is read as the model", "write to another path", 64),
    Expected(
      OutputError.cannotWrite(path: "a", code: 28),
      "'a' cannot be written: no space left on device",
      "free some space or choose another place, then run the command again", 74),
    Expected(
      OutputError.cannotWrite(path: "a", code: 5), "'a' cannot be written: input/output error",
      "choose another place, then run the command again", 74),
    Expected(
      Interrupted(), "interrupted", "the same command with --resume continues the run", 130),
    Expected(
      PixelError.nothingToScale, "pixel options require images, and the data are not images",
      "omit --pixel-mean, --pixel-deviation and --pixel-layout", 64),
    Expected(
      PixelError.nothingToMove, "--shift requires complete images as network inputs",
      "omit --shift", 64),
    Expected(
      PixelError.channels(of: 3, found: 2), "2 values for the normalisation of 3 channels",
      "give one value per channel, or one for all", 64),
    Expected(
      PixelError.notForImages,
      "--scale-inputs is for the columns of a table, and the data are images",
      "use --pixel-mean and --pixel-deviation", 64),
    Expected(
      PixelError.notForLevels(column: "odor"),
      "--scale-inputs is for numeric columns, and 'odor' is categorical",
      "exclude the column with --ignore", 64),
    Expected(
      PixelError.described(.scaleInputs),
      "--scale-inputs does not apply: the model file already specifies this setting",
      "omit --scale-inputs", 64),
    Expected(
      tooManyRules, "--max-rules cannot be 0", "give a whole number from 1 to 1,000,000", 64),
    Expected(
      SettingsError.notAnObject(file: "s.json"), "s.json: not a JSON object",
      #"write settings as {"seed": 7, "maxRules": 10}"#, 65),
    Expected(
      SettingsError.wrongType(file: "s.json", key: "threads", expected: .integer),
      "s.json: 'threads' has a value of the wrong type", "write an integer", 65),
    Expected(
      SettingsError.wrongType(file: "s.json", key: "output", expected: .string),
      "s.json: 'output' has a value of the wrong type", "write a string", 65),
    Expected(
      SettingsError.wrongType(file: "s.json", key: "network.head", expected: nil),
      "s.json: 'network.head' has a value of the wrong type",
      "'espalier explain --help' describes the option of that name", 65),
    Expected(
      SettingsError.outOfRange(file: "s.json", tooManyRules), "s.json: 'maxRules' cannot be 0",
      "give a whole number from 1 to 1,000,000", 65),
  ]

  @Test(arguments: data + networks + models + runs)
  func theCommandLineSaysWhatToDo(_ expected: Expected) {
    let found = ErrorText(expected.error)
    #expect(found.message == expected.message)
    #expect(found.hint == expected.hint)
    #expect(found.code == expected.code)
  }
}
