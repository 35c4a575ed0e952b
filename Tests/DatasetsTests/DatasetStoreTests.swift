import Datasets
import Foundation
import Testing

@Suite struct DatasetStoreTests {
  private let series = table("time,lane_points,observed_pct,flow", rows: 40) {
    "04/01/2016 \($0 / 12):\($0 % 12 < 2 ? "0" : "")\($0 % 12 * 5),1,\($0 % 7),\($0 * $0)"
  }
  // SHA-256 of the table above, by sha256sum.
  private let seriesSum = "5f1e402239527e0f2b1ceb5145276add7a33a5b4a74b8f919fd72632bf37600a"

  private func store(_ folder: String) -> DatasetStore {
    DatasetStore(folder: URL(fileURLWithPath: folder + "/store"))
  }

  private func set(
    _ sum: String, _ form: FetchableDataset.Form, port: String = "1"
  ) -> FetchableDataset {
    FetchableDataset(
      name: "flow", title: "Flow", rows: 28, form: form,
      parts: [
        FetchableDataset.Part(
          name: "series.csv", published: ["published.csv"],
          address: "http://127.0.0.1:\(port)/series.csv",
          sha256: sum)
      ], origin: "Made up.")
  }

  @Test func whatIsFetchedIsADataSet() throws {
    try withFolder { folder in
      try write(series, folder + "/series.csv")
      var told: [String] = []
      let place = try store(folder).fetch(set(seriesSum, .series), from: folder) { told.append($0) }
      let data = try DataSource.load(place.path)
      #expect(data.title == "Flow")
      #expect(data.table.count == 28)
      #expect(data.table.schema.features.count == 12)
      #expect(data.table.schema.features[11].id == "flow 5 min before")
      #expect(
        data.table.schema.target == Target("flow", .numeric(unit: "vehicles per 5 min", cuts: [])))
      #expect(data.table.row(0) == (0..<12).map { Double($0 * $0) })
      #expect(data.table.numbers[0] == 144)
      #expect(
        told == [
          "reading \(folder)/series.csv", "\(folder)/series.csv has the published checksum",
        ])
      #expect(store(folder).folder(of: "flow")?.path == place.path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/store") == ["flow"])
    }
  }

  @Test func packedAndPublishedFilesAndSingleFilesServeToo() throws {
    try withFolder { folder in
      try write(gzip(Array(series.utf8)), folder + "/published.csv.gz")
      try store(folder).fetch(set(seriesSum, .table), from: folder)
      try store(folder).fetch(set(seriesSum, .table), from: folder + "/published.csv.gz")
    }
  }

  @Test(arguments: ["notes.txt", "README.md/"])
  func aFolderThatHoldsMoreIsNotReplaced(_ entry: String) throws {
    try withFolder { folder in
      try write(series, folder + "/series.csv")
      let place = try store(folder).fetch(set(seriesSum, .table), from: folder)
      try store(folder).fetch(set(seriesSum, .table), from: folder)
      let name = entry.hasSuffix("/") ? String(entry.dropLast()) : entry
      try? FileManager.default.removeItem(atPath: place.path + "/" + name)
      if entry.hasSuffix("/") {
        try FileManager.default.createDirectory(
          atPath: place.path + "/" + name, withIntermediateDirectories: false)
      } else {
        try write("mine", place.path + "/" + name)
      }
      #expect(
        complaint { try store(folder).fetch(set(seriesSum, .table), from: folder) }
          == "the folder '\(place.path)' contains '\(name)', which is not part of the data set | "
          + "move it elsewhere, then fetch the data set again")
      #expect(FileManager.default.fileExists(atPath: place.path + "/" + name))
    }
  }

  @Test func splitsKeepTheLastRowsForTesting() throws {
    try withFolder { folder in
      try write(series, folder + "/series.csv")
      let place = try store(folder).fetch(set(seriesSum, .split(test: 5)), from: folder)
      let lines = try String(contentsOfFile: place.path + "/test.csv", encoding: .utf8)
      #expect(lines.split(separator: "\n").count == 6)
      #expect(lines.hasSuffix(",\(39 * 39)\n"))
    }
  }

  @Test func aWrongChecksumInstallsNothing() throws {
    try withFolder { folder in
      try write(series + "\n", folder + "/series.csv")
      let wrong = String(repeating: "0", count: 64)
      try write(series, folder + "/series.csv")
      #expect(
        complaint { try store(folder).fetch(set(wrong, .series), from: folder) }
          == "\(folder)/series.csv: SHA-256 is \(seriesSum) where \(wrong) is published | "
          + "copy or download the file again; nothing was installed")
      #expect(!FileManager.default.fileExists(atPath: folder + "/store"))
    }
  }

  @Test func whatCannotBeHadIsAnError() throws {
    try withFolder { folder in
      #expect(
        complaint { try store(folder).fetch("mnst") }
          == "there is no data set to fetch named 'mnst' | did you mean 'mnist'?")
      #expect(
        complaint { try store(folder).fetch("mnist", from: folder) }
          == "there is no file 'train-images-idx3-ubyte.gz' in '\(folder)' | "
          + "give the folder that has the original files")
      #expect(
        complaint { try store(folder).fetch("adult", from: folder + "/none") }
          == "there is no file '\(folder)/none' | "
          + "check the path, or give the name of a data set")
      let found = complaint { try store(folder).fetch(set("", .table)) }
      #expect(found.hasPrefix("cannot download 'http://127.0.0.1:1/series.csv': "))
      #expect(
        found.hasSuffix(" | get the files another way and give their folder"))
    }
  }

  /// A local URL is requested directly, without a proxy.
  private static let asksItself = ["http_proxy", "all_proxy", "ALL_PROXY"].allSatisfy {
    ProcessInfo.processInfo.environment[$0] == nil
  }

  /// A response is accepted with status 2xx only.
  @Test(.enabled(if: asksItself), arguments: [200, 206, 300, 404, 500])
  func onlyASuccessfulResponseIsDownloaded(_ status: Int) throws {
    try withFolder { folder in
      let server = Process()
      server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      server.arguments = [
        "python3", "-c",
        """
        import http.server, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = open(sys.argv[2], "rb").read()
                self.send_response(int(sys.argv[1]))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.timeout = 60
        server.handle_request()
        """, "\(status)", folder + "/series.csv",
      ]
      let pipe = Pipe()
      server.standardOutput = pipe
      try write(series, folder + "/series.csv")
      try server.run()
      defer { server.waitUntilExit() }
      let port = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      let found = complaint { try store(folder).fetch(set(seriesSum, .series, port: port)) }
      #expect(
        found
          == (status < 300
            ? "no error"
            : "cannot download 'http://127.0.0.1:\(port)/series.csv': the server returned status \(status) | "
              + "get the files another way and give their folder"))
      #expect(FileManager.default.fileExists(atPath: folder + "/store/flow") == (status < 300))
    }
  }

  @Test func aFolderThatCannotBeWrittenIsAnError() throws {
    try withFolder { folder in
      try write(series, folder + "/series.csv")
      try write("in the way", folder + "/store")
      let found = complaint { try store(folder).fetch(set(seriesSum, .series), from: folder) }
      #expect(found.hasPrefix("cannot write '\(folder)/store/flow': "))
      #expect(
        found.hasSuffix(
          " | check the permissions of the folder and the space on the disk"))
    }
  }

  @Test func wellFormedCIFARFilesAreTakenWithANote() throws {
    try withFolder { folder in
      let records = (0..<12).flatMap { (row: Int) -> [UInt8] in
        [UInt8(row % 3)] + (0..<3072).map { (place: Int) in UInt8((place + row) % 256) }
      }
      try write(records, folder + "/train.bin")
      try write(records, folder + "/test.bin")
      var told: [String] = []
      let place = try store(folder).fetch("cifar10", from: folder) { told.append($0) }
      #expect(
        told.first == "\(folder) has 12 well-formed training images; no checksum is published "
          + "for such files, so their authenticity is not verified")
      #expect(try DataSource.load(place.path).heldOut?.count == 12)
    }
  }
}
