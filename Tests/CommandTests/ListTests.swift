import Foundation
import Testing

@Suite struct ListTests {
  private struct Entry: Decodable, Equatable {
    var name: String
    var summary: String
    var source: String
  }

  @Test(arguments: [
    ("datasets", "iris"), ("methods", "mean-gradient"), ("extractors", "surrogate-tree"),
    ("layers", "dense"), ("architectures", "lenet-5"), ("formats", "python"),
    ("formats", "pdf"), ("formats", "card"),
  ])
  func everyFamilyListsNamesWithASourceEach(_ family: String, _ member: String) throws {
    let run = try Program("list", family, "--json")
    #expect(run.code == 0)
    #expect(run.errorOutput.isEmpty)
    let entries = try JSONDecoder().decode([Entry].self, from: Data(run.output.utf8))
    #expect(entries.contains { $0.name == member })
    #expect(entries.allSatisfy { !$0.summary.isEmpty && !$0.source.isEmpty })
    let text = try Program("list", family).output
    #expect(entries.allSatisfy { text.contains($0.name) && text.contains($0.summary) })
  }

  @Test func shippedDataSetsAreFoundWithoutTheLauncher() throws {
    let run = try Program("list", "datasets", environment: ["ESPALIER_HOME": ""])
    #expect(run.output.contains("house-votes"))
  }

  @Test func theDoctorFindsWhatIsNeeded() throws {
    let run = try Program("doctor")
    #expect(run.code == 0)
    #expect(run.output.contains("OpenBLAS"))
    #expect(run.errorOutput.isEmpty)
  }

  @Test func theDoctorFindsFontsOfItsOwn() throws {
    let home = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-fonts-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: home) }
    let fonts = home.appendingPathComponent("Fonts")
    try FileManager.default.createDirectory(at: fonts, withIntermediateDirectories: true)
    let file = fonts.appendingPathComponent("DejaVuSans.ttf")
    try Data().write(to: file)
    let run = try Program("doctor", environment: ["ESPALIER_HOME": home.path])
    #expect(run.output.contains("ok  DejaVu fonts      \(file.path)"))
  }
}
