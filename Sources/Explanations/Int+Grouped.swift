extension Int {
  /// The number with commas between the thousands: `60,000`.
  package var grouped: String {
    let digits = String(magnitude)
    var all = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { all += "," }
      all.append(digit)
    }
    return (self < 0 ? "-" : "") + all
  }
}
