// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "espalier", path: "../..")],
  targets: [
    // The loop that says how fast a core can be.
    .target(name: "CLimit"),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "CLimit",
        .product(name: "Networks", package: "espalier"),
        .product(name: "Pruning", package: "espalier"),
        .product(name: "Datasets", package: "espalier"),
        .product(name: "Tensors", package: "espalier"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ]
)
