/// A data set that is too large, or not free enough, to come with the tool.
struct FetchableDataset {
  var name: String
  var title: String
  var rows: Int
}

/// The data sets that can be fetched.
enum DatasetCatalog {
  static let sets: [FetchableDataset] = [
    FetchableDataset(name: "mnist", title: "MNIST handwritten digits", rows: 60000)
  ]

  static func set(named name: String) -> FetchableDataset? { sets.first { $0.name == name } }
}
