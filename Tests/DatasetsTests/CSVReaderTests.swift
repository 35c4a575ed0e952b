import Datasets
import Tensors
import TestSupport
import Testing

@Suite struct CSVReaderTests {
  /// A random table in various notations, with its expected contents.
  private func randomTable(
    _ generator: inout SeededGenerator
  ) -> (bytes: [UInt8], schema: Schema, table: Table) {
    let levels = ["plain", "with, comma", "\"quoted\"", "two\nlines", "ünïcode ☃", " spaced "]
    let count = 10 + generator.index(below: 40)
    var features: [Feature] = []
    var columns: [[Double]] = []
    for index in 0...generator.index(below: 5) {
      let isNumber = generator.index(below: 2) == 0
      let name = Feature.ID(index == 0 ? "first, \"quoted\"\nname" : "column\(index)")
      features.append(Feature(name, isNumber ? .numeric(unit: nil) : .categorical(levels: levels)))
      columns.append(
        (0..<count).map { _ in
          if generator.index(below: 10) == 0 { return .nan }
          if !isNumber { return Double(generator.index(below: levels.count)) }
          return (generator.normal() * 1e4).rounded() / 1e3
        })
    }
    let labels = (0..<count).map { _ in generator.index(below: 3) }
    let schema = Schema(
      features: features, target: Target("y", .classes(names: ["a", "b", "c"])))
    let end = ["\n", "\r\n", "\r"][generator.index(below: 3)]
    var lines = [
      (features.map { quoted($0.id.rawValue) } + ["y"]).joined(separator: ",")
    ]
    for row in 0..<count {
      let cells = features.indices.map { index -> String in
        let value = columns[index][row]
        if value.isNaN { return ["", "?", "NA", "\"\""][generator.index(below: 4)] }
        if let levels = features[index].levels { return quoted(levels[Int(value)]) }
        return generator.index(below: 2) == 0 ? shortest(value) : quoted(shortest(value))
      }
      lines.append((cells + [["a", "b", "c"][labels[row]]]).joined(separator: ","))
    }
    let text = lines.joined(separator: end) + (generator.index(below: 2) == 0 ? end : "")
    let table = Table(schema: schema, columns: columns.map { .doubles($0) }, labels: labels)
    return (Array(text.utf8), schema, table)
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// Values in which NaN is comparable.
  private func values(_ table: Table) -> [[Double?]] {
    table.columns.map { $0.values.map { $0.isNaN ? nil : $0 } }
  }

  @Test func whatIsWrittenIsReadWhateverThePieces() throws {
    try withEverySeed(60) { generator in
      let (bytes, schema, table) = randomTable(&generator)
      for size in [1, 7, 1 << 16] {
        let data = try DataSource.load(
          bytes: bytes, named: "t.csv", options: ReadingOptions(schema: schema), chunkSize: size)
        #expect(data.table.schema == schema)
        #expect(values(data.table) == values(table))
        #expect(data.table.labels == table.labels)
        #expect(data.table.rowNumbers == table.rowNumbers)
      }
    }
  }

  @Test func anyBytesEndInATableOrAnErrorWhateverThePieces() {
    let letters = Array("a1.,,;\"\n\r \t-e".utf8) + [0xC3, 0xA9, 0]
    withEverySeed(300) { generator in
      // Mostly valid characters, so that errors occur early and late.
      let reach = 6 + generator.index(below: letters.count - 5)
      let noise = (0..<generator.index(below: 120)).map { _ in
        letters[generator.index(below: min(reach, letters.count))]
      }
      let start = generator.index(below: 2) == 0 ? Array("x;\"y\nz\"\n1;2\n".utf8) : []
      let outcomes = [1, 7, 1 << 16].map { size in
        complaint {
          let data = try DataSource.load(bytes: start + noise, named: "t", chunkSize: size)
          #expect(data.table.count >= 10)
        }
      }
      #expect(outcomes.allSatisfy { $0 == outcomes[0] && !$0.hasPrefix("another error") })
    }
  }

  @Test func packedTablesAreReadAsPlainOnes() throws {
    try withEverySeed(10) { generator in
      let (bytes, schema, table) = randomTable(&generator)
      let half = bytes.count / 2
      let packed = gzip(Array(bytes[..<half])) + gzip(Array(bytes[half...]))
      for size in [1, 7, 1 << 16] {
        let data = try DataSource.load(
          bytes: packed, named: "t.csv.gz", options: ReadingOptions(schema: schema),
          chunkSize: size)
        #expect(values(data.table) == values(table))
      }
    }
  }

  @Test func theHeaderSaysWhatSeparatesFields() throws {
    for (delimiter, name) in [(",", "t.csv"), ("\t", "t.csv"), (";", "t.csv"), ("\t", "t.tsv")] {
      let text = table(["a", "b", "y"].joined(separator: delimiter)) {
        ["\($0)", "\($0 % 3)", $0 % 2 == 0 ? "p" : "q"].joined(separator: delimiter)
      }
      #expect(try read(text, named: name).table.schema.features.map(\.id) == ["a", "b"])
    }
  }

  @Test func anEmptyFileAndABareHeaderAreErrors() {
    let hint = " | a table is a header and one line a row"
    #expect(complaint { _ = try read("") } == "t.csv: the file is empty" + hint)
    #expect(complaint { _ = try read("\n\n") } == "t.csv: the file is empty" + hint)
    #expect(complaint { _ = try read("a,b,c\n") } == "t.csv: a header and no rows" + hint)
  }

  @Test func columnsNeedNamesOfTheirOwn() throws {
    #expect(
      complaint { _ = try read("a,b,a,y\n1,2,3,p\n") }
        == "t.csv:1:5: columns 1 and 3 are both named 'a' | "
        + "give each column a unique name")
    let data = try read(table(",b,y") { "\($0 * 7 % 19),\($0 % 3),\($0 % 2)" })
    #expect(data.table.schema.features.map(\.id) == ["column 1", "b"])
  }

  @Test func namesOfTwentyThousandCharactersAreNames() throws {
    let name = String(repeating: "<ä>", count: 7000)
    let data = try read(table("\(name),y") { "\($0),\($0 % 2)" })
    #expect(data.table.schema.features[0].id.rawValue == name)
  }
}
