import Foundation
import Testing

/// Interruption of the program by Ctrl-C.
@Suite struct InterruptionTests {
  /// One epoch takes seconds: 400 images through a ResNet, four at a time.
  private let arguments = [
    "train", "pictures", "--architecture", "resnet-20", "--epochs", "2", "--batch", "4",
    "--threads", "1",
  ]

  @Test func anEpochEndsAtOnceAndResumeEndsInTheSameBytes() throws {
    try withFolder { folder in
      try writeImages(to: folder.appendingPathComponent("pictures"))
      let whole = try Program(arguments + ["-o", "whole.onnx", "--progress", "none"], in: folder)
      #expect(whole.code == 0)
      // The summary of a deep network names its first and last layers.
      #expect(whole.output.contains(" more …, "), "\(whole.output)")
      #expect(whole.output.contains("global-average-pooling, dense 10: "), "\(whole.output)")
      #expect(whole.output.split(separator: "\n").allSatisfy { $0.count < 500 })
      let stopped = try interrupted(arguments + ["-o", "net.onnx"], in: folder)
      #expect(stopped.code == 130)
      #expect(
        stopped.errorOutput.contains("error: interrupted\n hint: the same command with --resume"))
      #expect(try names(in: folder).filter { $0.hasSuffix(".onnx") } == ["whole.onnx"])
      // Within the first epoch the checkpoint is the initial state.
      let state = try #require(try storedState(in: folder))
      #expect((state["history"] as? [Any])?.count == 0)
      let resumed = try Program(
        arguments + ["-o", "net.onnx", "--resume", "--quiet"], in: folder)
      #expect(resumed.code == 0)
      #expect(
        try Data(contentsOf: folder.appendingPathComponent("net.onnx"))
          == Data(contentsOf: folder.appendingPathComponent("whole.onnx")))
      #expect(try names(in: folder) == ["net.onnx", "pictures", "whole.onnx"])
    }
  }

  /// One full-batch step takes seconds: the checkpoint on disk is the initial state.
  @Test func aLongStepEndsAtOnce() throws {
    try withFolder { folder in
      try writeImages(to: folder.appendingPathComponent("pictures"))
      let command = [
        "train", "pictures", "--architecture", "resnet-20", "--epochs", "2", "--batch", "400",
        "--threads", "1", "-o", "net.onnx",
      ]
      let stopped = try interrupted(command, in: folder, waiting: 1)
      #expect(stopped.code == 130)
      #expect(
        stopped.errorOutput.hasSuffix(
          "\nerror: interrupted\n hint: the same command with --resume continues the run\n"))
      let state = try #require(try storedState(in: folder))
      #expect((state["history"] as? [Any])?.count == 0)
      #expect(try Program(command + ["--resume", "--quiet"], in: folder).code == 0)
      #expect(try names(in: folder) == ["net.onnx", "pictures"])
    }
  }

  /// A resumed pruning gives the same bytes.
  @Test func aPruningGoesOn() throws {
    try withFolder { folder in
      try writeImages(to: folder.appendingPathComponent("pictures"))
      try Program(
        "train", "pictures", "--architecture", "resnet-20", "--epochs", "1", "--batch", "8", "-o",
        "net.onnx", "--quiet", in: folder)
      let pruning = [
        "prune", "net.onnx", "pictures", "--method", "l1-filter", "--schedule", "linear",
        "--rounds", "2", "--epochs", "1", "--batch", "4", "--threads", "1",
      ]
      let whole = try Program(pruning + ["-o", "whole.onnx", "--quiet"], in: folder)
      #expect(whole.code == 0)
      let stopped = try interrupted(
        pruning + ["-o", "small.onnx"], after: #""fraction":0.5"#, in: folder, waiting: 0.05)
      #expect(stopped.code == 130)
      #expect(
        stopped.errorOutput.contains("error: interrupted\n hint: the same command with --resume"))
      let run = try #require(try names(in: folder).first { $0.hasSuffix(".espalier-run") })
      #expect(try names(in: folder.appendingPathComponent(run)) == ["learned-1.json"])
      let resumed = try Program(
        pruning + ["-o", "small.onnx", "--resume", "--quiet"], in: folder)
      #expect(resumed.code == 0)
      #expect(
        try Data(contentsOf: folder.appendingPathComponent("small.onnx"))
          == Data(contentsOf: folder.appendingPathComponent("whole.onnx")))
      #expect(
        try names(in: folder) == ["net.onnx", "pictures", "small.onnx", "whole.onnx"])
    }
  }

  /// An endless input: the run has not started, so the program ends at once.
  @Test func readingEndsAtOnce() throws {
    try withFolder { folder in
      let rows = Pipe()
      let stopped = try interrupted(
        ["explain", "-", "--target", "y"], after: #""stage":"reading""#, in: folder, input: rows)
      #expect(stopped.code == 130)
      #expect(
        stopped.errorOutput.hasSuffix(
          "\nerror: interrupted\n hint: the run had not started; run the same command again\n"))
      #expect(try names(in: folder).isEmpty)
      try rows.fileHandleForWriting.close()
    }
  }

  /// Rules and report are made from the checkpoint: the program ends at once, leaves no report, and
  /// resumes to the same one.
  @Test func afterPruningItEndsAtOnceAndGoesOn() throws {
    try withFolder { folder in
      let command = ["explain", "digits", "--epochs", "3", "--threads", "1"]
      let stopped = try interrupted(
        command + ["--output", "r"], after: #""stage":"extracting""#, in: folder, waiting: 0)
      #expect(stopped.code == 130)
      #expect(
        stopped.errorOutput.hasSuffix(
          "\nerror: interrupted\n hint: the same command with --resume continues the run\n"))
      #expect(try names(in: folder).allSatisfy { $0.hasSuffix(".espalier-run") })
      let resumed = try Program(command + ["--output", "r", "--resume", "--quiet"], in: folder)
      let whole = try Program(command + ["--output", "whole", "--quiet"], in: folder)
      #expect(resumed.code == 0 && whole.code == 0)
      for file in ["explanation.json", "report.html", "model.onnx"] {
        #expect(
          try Data(contentsOf: folder.appendingPathComponent("r/" + file))
            == Data(contentsOf: folder.appendingPathComponent("whole/" + file)))
      }
      #expect(try names(in: folder) == ["r", "whole"])
    }
  }

  /// Interrupts the program a little after a given output.
  private func interrupted(
    _ arguments: [String], after word: String = #""stage":"training""#, in folder: URL,
    waiting pause: Double = 0.3, input: Pipe? = nil
  ) throws -> (code: Int32, errorOutput: String) {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = arguments + ["--progress", "json"]
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/usr/bin:/bin", "ESPALIER_HOME": Program.home.path]
    let errorOutput = Pipe()
    process.standardError = errorOutput
    process.standardOutput = FileHandle.nullDevice
    if let input { process.standardInput = input }
    try process.run()
    var said = Data()
    while !said.contains(word) {
      let more = errorOutput.fileHandleForReading.availableData
      try #require(!more.isEmpty, "it ended before it trained")
      said += more
    }
    Thread.sleep(forTimeInterval: pause)
    process.interrupt()
    said += errorOutput.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  private func storedState(in folder: URL) throws -> [String: Any]? {
    let run = try names(in: folder).first { $0.hasSuffix(".espalier-run") }
    let file = folder.appendingPathComponent("\(try #require(run))/training.json")
    let stored = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return (stored as? [String: Any])?["value"] as? [String: Any]
  }

  /// CIFAR binary files of diagonal stripes in two directions.
  private func writeImages(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, count) in [("train.bin", 400), ("test.bin", 40)] {
      var bytes = Data()
      for image in 0..<count {
        let label = image % 2
        bytes.append(UInt8(label))
        for place in 0..<3 * 1024 {
          let (y, x) = (place % 1024 / 32, place % 32)
          bytes.append(UInt8((x + (label == 0 ? y : 32 - y) + image) % 8 * 30))
        }
      }
      try bytes.write(to: folder.appendingPathComponent(name))
    }
  }
}

extension Data {
  fileprivate func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}
