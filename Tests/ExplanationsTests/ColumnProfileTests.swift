import Datasets
import Explanations
import Foundation
import Testing

@Suite struct ColumnProfileTests {
  @Test func numbersHaveMedianDeviationAndRange() {
    let profile = ColumnProfile(Feature("a"), values: [4, .nan, 1, 2, 9])
    #expect(profile.typical == "2" && profile.least == 1 && profile.most == 9)
    #expect(profile.scale == 9.5.squareRoot() && profile.isWhole == true)
    #expect(ColumnProfile(Feature("a"), values: [0.5, 1]).isWhole == false)
    let constant = ColumnProfile(Feature("a"), values: [3, 3])
    #expect(constant.scale == nil && constant.typical == "3")
  }

  @Test func levelsHaveTheMostFrequentOne() {
    let feature = Feature("b", .categorical(levels: ["x", "y", "z"]))
    let profile = ColumnProfile(feature, values: [2, 1, .nan, 1, 2, Table.unknownLevel])
    #expect(profile.typical == "y")
    #expect(profile.scale == nil && profile.least == nil && profile.isWhole == nil)
  }

  @Test func missingColumnsHaveNoTypicalValue() {
    for kind in [Feature.Kind.numeric(unit: nil), .categorical(levels: ["x"])] {
      let profile = ColumnProfile(Feature("c", kind), values: [.nan, .nan])
      #expect(profile.typical.isEmpty && profile.least == nil && profile.scale == nil)
    }
  }

  @Test func keysAreThoseOfTheResult() throws {
    let profile = ColumnProfile(Feature("a"), values: [1, 2])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = String(decoding: try encoder.encode(profile), as: UTF8.self)
    #expect(
      json == """
        {"column":"a","maximum":2,"minimum":1,"standardDeviation":0.5,"typical":"1","wholeNumbers":true}
        """)
  }

  @Test func imagesHaveNoProfiles() throws {
    #expect(try DataSource.load("digits").table.profiles == nil)
    let iris = try #require(try DataSource.load("iris").table.profiles)
    #expect(iris.map(\.typical) == ["5.8", "3", "4.3", "1.3"])
  }
}
