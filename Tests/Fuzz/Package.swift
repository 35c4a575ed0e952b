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
        "Naming", "Tensors", "Datasets", "Networks", "ModelFiles", "Pruning", "Explanations",
        "Reports", "Experiments",
      ].map { .product(name: $0, package: "espalier") },
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        // libFuzzer has the main function.
        .unsafeFlags(["-parse-as-library"]),
      ])
  ]
)
