import Datasets
import Foundation
import Testing

@Suite struct TableReformTests {
  private func reform(_ form: TableReform, _ text: String) -> [Substring] {
    String(decoding: form(Array(text.utf8)), as: UTF8.self).split(separator: "\n")
  }

  @Test func publishedRowsBecomeOurs() {
    #expect(
      reform(.adult, "|1x3 Cross validator\n25, Private, ?, 11th, <=50K.\n\n").last
        == "25,Private,,11th,<=50K")
    #expect(reform(.letter, "T,2,8\nI,5,12\n").dropFirst() == ["2,8,T", "5,12,I"])
    #expect(reform(.californiaHousing, "-122.23,37.88\n").last == "-122.23,37.88")
    #expect(
      reform(.trafficFlow, "\u{FEFF}5 Minutes,Flow,Points,Observed\n04/01/2016 0:00,12,1,100\n")
        == ["time,lane_points,observed_pct,flow_veh_per_5min", "04/01/2016 0:00,1,100,12"])
    #expect(
      reform(.titanic, "\"gender\",\"survived\"\n\"male\",42,0\n\"female\",39,1\n").dropFirst()
        == ["male,42,no", "female,39,yes"])
  }

  @Test func laggedRowsNeverSpanAGap() throws {
    let minutes = Array(0..<14) + Array(20..<34)
    let text = table("time,flow", rows: minutes.count) {
      let minute = minutes[$0] * 5
      return "28/02/2016 \(22 + minute / 60):\(minute % 60),\(minutes[$0])"
    }.replacingOccurrences(of: "28/02/2016 24:", with: "29/02/2016 0:")
    let rows = String(
      decoding: try LaggedSeries.table(Array(text.utf8), named: "s"), as: UTF8.self
    ).split(separator: "\n").dropFirst()
    #expect(
      rows == [
        "0,1,2,3,4,5,6,7,8,9,10,11,12", "1,2,3,4,5,6,7,8,9,10,11,12,13",
        "20,21,22,23,24,25,26,27,28,29,30,31,32", "21,22,23,24,25,26,27,28,29,30,31,32,33",
      ])
  }

  @Test func rowsWithoutATimeAreErrors() {
    #expect(
      complaint { _ = try LaggedSeries.table(Array("time,flow\nnow,3\n".utf8), named: "s.csv") }
        == "s.csv: no time in row 1, such as '04/01/2016 0:05' | "
        + "copy or download the file again; nothing was installed")
  }
}
