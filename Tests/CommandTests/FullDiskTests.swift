import Foundation
import Testing

/// A full disk: an error, no partial files, and existing files unchanged.
@Suite struct FullDiskTests {
  /// Whether a small private file system can be mounted.
  private static let canMount = Program.works(
    "unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt")

  /// Runs lines of a shell with a small file system at `disk`; the tool is `$TOOL`.
  private func onSmallDisk(_ size: String, _ lines: String, in folder: URL) throws -> Program {
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("disk"), withIntermediateDirectories: false)
    return try Program.system(
      "unshare", "-rm", "sh", "-c",
      "mount -t tmpfs -o size=\(size) tmpfs disk || exit 99; TOOL='\(Program.url.path)'\n" + lines,
      in: folder)
  }

  @Test(.enabled(if: canMount)) func aReportThatDoesNotFitIsNotBegun() throws {
    try withFolder { folder in
      let run = try onSmallDisk(
        "64k",
        "$TOOL explain iris -o disk/r --epochs 2 --max-rules 3 --quiet; echo code $?; ls -A disk",
        in: folder)
      #expect(
        run.errorOutput.hasSuffix(
          ": no space left on device\n"
            + " hint: free some space, then the same command with --resume continues the run\n"))
      #expect(run.errorOutput.hasPrefix("error: 'disk/r/"))
      #expect(run.output == "code 74\n.r.espalier-run\n")
    }
  }

  @Test(.enabled(if: canMount)) func anEarlierReportStaysWhole() throws {
    try withFolder { folder in
      let run = try onSmallDisk(
        "600k",
        """
        $TOOL explain iris -o disk/r --epochs 2 --max-rules 3 --quiet || exit 98
        cp -r disk/r before
        $TOOL explain iris -o disk/r --epochs 3 --max-rules 3 --quiet --force; echo code $?
        $TOOL report before -o disk/r --force; echo code $?
        diff -r before disk/r && echo same
        rm -r disk/.r.espalier-run; ls -A disk
        head -c 1000000 /dev/zero >disk/rest 2>/dev/null
        $TOOL draw before -o disk/a.png; echo code $?
        $TOOL export before --to python -o disk/a.py; echo code $?
        $TOOL train iris -o disk/a.onnx --epochs 2; echo code $?
        ls -A disk
        """, in: folder)
      #expect(
        run.output
          == """
          code 74
          code 74
          same
          r
          code 74
          code 74
          code 74
          r
          rest

          """)
      #expect(run.errorOutput.split(separator: "\n").count { $0.hasPrefix("error: ") } == 5)
      #expect(
        run.errorOutput.contains(
          """
          error: 'disk/a.png' cannot be written: no space left on device
           hint: free some space or choose another place, then run the command again

          """))
    }
  }

  @Test(arguments: [
    ["explain", "iris", "--epochs", "2", "--output", "/proc/r"],
    ["train", "iris", "--epochs", "2", "--output", "/proc/a.onnx"],
    ["export", "r", "--to", "text", "--output", "/proc/a.txt"],
    ["draw", "r", "--output", "/proc/a.svg"],
    ["report", "r", "--output", "/proc/again"],
  ])
  func aPlaceThatTakesNothingIsNamed(_ arguments: [String]) throws {
    try withFolder { folder in
      if arguments[1] == "r" { try SmallResult.write(to: folder.appendingPathComponent("r")) }
      let run = try Program(arguments, in: folder)
      let place = try #require(arguments.last)
      // The error depends on whether the user is root.
      #expect(run.errorOutput.hasPrefix("error: '\(place)' cannot be created: "))
      #expect(
        run.errorOutput.hasSuffix(
          "\n hint: choose a folder that exists and that you may write to\n"))
      #expect(run.code == 73)
      #expect(try names(in: folder) == (arguments[1] == "r" ? ["r"] : []))
    }
  }
}
