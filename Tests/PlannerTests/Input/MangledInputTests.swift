import Testing

@testable import Planner

/// Inputs with random mistakes: whatever they say, they are read or refused with a place, and nothing else happens.
@Suite struct MangledInputTests {
    private static let pieces = [
        "{", "}", "[", "]", "\"", "'", ":", ",", "- ", "---\n", "\n", "  ", "\t", "#", "&a ", "*a", "|", ">", "{{",
        "items:\n",
        "kind: Pod\n", "apiVersion: v1\n", "null", "-1", "\\", "!!int ", "é", "\u{0}", "? ", "<<: ", "%", "@", "...",
    ].map { Array($0.utf8) }

    @Test(
        "a sample with bytes replaced, dropped and put in",
        arguments: [
            InputSamples.kubectlJSON, InputSamples.kubectlYAML, InputSamples.helm, InputSamples.kustomize,
        ], [UInt64(1), 2, 3])
    func mangled(_ sample: String, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<150 {
            var bytes = Array(sample.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, place + Int.random(in: 0...4, using: &random))
                let piece = try #require(MangledInputTests.pieces.randomElement(using: &random))
                bytes.replaceSubrange(place..<end, with: piece)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
            do throws(InputProblems) {
                _ = try ClusterInput.parse(text, file: "in")
            } catch {
                refused += 1
                for problem in error.problems {
                    let parts = problem.place.split(separator: ":")
                    let line = parts.count > 1 ? Int(parts[1]) : nil
                    #expect(parts[0] == "in" && (1...lines).contains(line ?? 0), "\(problem) of\n\(text)")
                    #expect(!problem.description.contains("\n"), "\(problem)")
                }
            }
        }
        #expect(refused > 0)
    }
}
