// swift-tools-version: 6.2
import PackageDescription

/// libFuzzer targets for every reader of input from outside; `./run` builds and runs them.
let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "espalier", path: "../..")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [
        .product(name: "Espalier", package: "espalier"),
        .product(name: "Datasets", package: "espalier"),
        .product(name: "Networks", package: "espalier"),
        .product(name: "Pruning", package: "espalier"),
        .product(name: "Tensors", package: "espalier"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        // libFuzzer has the main function.
        .unsafeFlags(["-parse-as-library"]),
      ])
  ]
)
