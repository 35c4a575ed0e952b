import Datasets
import Testing

/// Difficult first lines: very long ones, and comments that look like headers.
@Suite struct WideHeaderTests {
  @Test func aHeaderMayBeLongerThanWhatIsLookedAtFirst() throws {
    // 900 names of 100 letters: more than 64 KiB.
    let names = (0..<900).map { "column\($0)" + String(repeating: "x", count: 94) }
    let text = table((names + ["y"]).joined(separator: ",")) { row in
      (names.indices.map { "\(($0 * row) % 7).5" } + ["\(row % 2)"]).joined(separator: ",")
    }
    for text in [text, text.replacing("\n", with: "\r\n")] {
      let data = try read(text)
      #expect(data.table.schema.features.count > 700)
      #expect(
        Set(data.table.schema.features.map(\.id.rawValue)).isSubset(of: Set(names))
          && data.table.count == 20)
    }
  }

  /// Numeric names are a header if the schema contains all of them, including the last one.
  @Test func aLongHeaderOfNumbersIsComparedWithTheSchemaWhole() throws {
    let names = (0..<7000).map { "\(1_000_000 + $0).25" }
    let target = "2000000.5"
    let text = table((names + [target]).joined(separator: ",")) { row in
      (names.indices.map { "\(($0 * row) % 7).5" } + ["\(row % 2)"]).joined(separator: ",")
    }
    #expect(text.firstIndex(of: "\n")!.utf16Offset(in: text) > 1 << 16)
    let schema = Schema(
      features: names.map { Feature(.init($0)) },
      target: Target(target, .classes(names: ["0", "1"])))
    #expect(complaint { _ = try read(text) }.contains("the first line looks like a row"))
    let data = try read(text, options: ReadingOptions(schema: schema))
    #expect(data.table.count == 20 && data.table.schema.features.count == 7000)
  }

  @Test func aCommentIsAHeaderOnlyWhereItsFieldsAreTheRows() throws {
    func rows(_ count: Int) -> String {
      (0..<20).map { row in
        ((1..<count).map { "\(row * $0 % 9)" } + [["u", "v"][row % 2]]).joined(separator: ",")
          + "\n"
      }.joined()
    }
    // Three names for three columns, in a comment.
    let named = try read("#p,q,y\n" + rows(3))
    #expect(named.table.schema.features.map(\.id.rawValue) == ["#p", "q"])
    #expect(named.table.count == 20)
    // A sentence with a comma above three columns is not a header.
    let sentence = complaint { _ = try read("# made by Smith, Jones\n" + rows(3)) }
    #expect(
      sentence.hasPrefix("t.csv:2:1: the first line looks like a row, not a header"),
      "\(sentence)")
  }
}
