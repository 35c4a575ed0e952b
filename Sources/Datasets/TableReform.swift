import Foundation

/// Converts a published table to one with a header and the target last; the result has a known
/// checksum.
package enum TableReform: String, Sendable {
  case adult, letter, californiaHousing, trafficFlow, titanic

  private var header: String {
    switch self {
    case .adult:
      "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,"
        + "sex,capital_gain,capital_loss,hours_per_week,native_country,income"
    case .letter:
      "x_box,y_box,width,high,onpix,x_bar,y_bar,x2bar,y2bar,xybar,x2ybr,xy2br,x_ege,xegvy,y_ege,"
        + "yegvx,lettr"
    case .californiaHousing:
      "longitude,latitude,housingMedianAge,totalRooms,totalBedrooms,population,households,"
        + "medianIncome,medianHouseValue"
    case .trafficFlow: "time,lane_points,observed_pct,flow_veh_per_5min"
    case .titanic: "gender,age,class,embarked,fare,sibsp,parch,survived"
    }
  }

  private var hasHeader: Bool { self == .trafficFlow || self == .titanic }

  package func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
    var result = Array(header.utf8) + [UInt8(ascii: "\n")]
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).dropFirst(hasHeader ? 1 : 0)
    for line in lines where !line.hasPrefix("|") {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " \""))
      }
      if fields == [""] { continue }
      result += reform(fields).joined(separator: ",").utf8
      result.append(UInt8(ascii: "\n"))
    }
    return result
  }

  private func reform(_ fields: [String]) -> [String] {
    switch self {
    case .adult:
      return fields.enumerated().map { index, field in
        if field == "?" { return "" }
        return index == fields.count - 1 && field.hasSuffix(".") ? String(field.dropLast()) : field
      }
    case .letter:
      return Array(fields.dropFirst() + fields.prefix(1))
    case .californiaHousing:
      return fields
    case .trafficFlow:
      guard fields.count == 4 else { return fields }
      return [fields[0], fields[2], fields[3], fields[1]]
    case .titanic:
      let names = ["0": "no", "1": "yes"]
      return Array(fields.dropLast()) + fields.suffix(1).map { names[$0] ?? $0 }
    }
  }
}

/// A time series of five-minute counts as rows of lagged counts and the next count.
package enum LaggedSeries {
  static let lags = 12
  private static let minutes = 5
  static let unit = "vehicles per 5 min"
  static let target = "flow"

  static var featureNames: [String] {
    (1...lags).reversed().map { "flow \($0 * minutes) min before" }
  }

  /// The rows of a table whose first column is a time such as `04/01/2016 0:05` and whose last is a
  /// count.
  /// - Throws: `DatasetError` for a row without a time and a count.
  package static func table(_ series: [UInt8], named name: String) throws -> [UInt8] {
    var minutesSeen: [Int] = []
    var counts: [Substring] = []
    let text = String(decoding: series, as: UTF8.self)
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated().dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let first = fields.first, let last = fields.last, let minute = minute(of: first) else {
        throw DatasetError.malformedSource(source: name, .noTime(row: number))
      }
      minutesSeen.append(minute)
      counts.append(last)
    }
    var result = (featureNames + [target]).joined(separator: ",") + "\n"
    for next in minutesSeen.indices.dropFirst(lags)
    where minutesSeen[next] - minutesSeen[next - lags] == lags * minutes {
      result += counts[next - lags...next].joined(separator: ",") + "\n"
    }
    return Array(result.utf8)
  }

  /// Minutes since a fixed day for a time such as `29/02/2016 23:55`.
  private static func minute(of time: Substring) -> Int? {
    let numbers = time.split { "/ :".contains($0) }.map { Int($0) }
    guard numbers.count == 5, let day = numbers[0], let month = numbers[1], let year = numbers[2],
      let hour = numbers[3], let minute = numbers[4], (1...12).contains(month)
    else { return nil }
    // Days of the civil calendar, with the year beginning in March.
    let shifted = year - (month <= 2 ? 1 : 0)
    let ordinal = (153 * ((month + 9) % 12) + 2) / 5 + day
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + ordinal
    return (days * 24 + hour) * 60 + minute
  }
}
