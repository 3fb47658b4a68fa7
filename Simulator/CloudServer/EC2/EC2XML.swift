import FoundationEssentials
import NIOCore
import XMLCoder

/// How replies of the EC2 API look.
enum EC2XML {
    private static let namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"

    /// Whether XML can carry a text. Source: XML 1.0, 2.2.
    static func canCarry(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && $0.value != 0xfffe && $0.value != 0xffff || "\t\n\r".unicodeScalars.contains($0)
        }
    }

    static func reply(to action: String, _ body: some Encodable, requestID: String) throws -> ByteBuffer {
        let encoded = try XMLEncoder().encode(
            Envelope(requestID: requestID, body: body), withRootKey: action + "Response",
            rootAttributes: ["xmlns": namespace], header: XMLHeader(version: 1.0, encoding: "UTF-8"))
        return ByteBuffer(bytes: encoded)
    }

    static func refusal(_ error: EC2Error, requestID: String) -> ByteBuffer {
        let refusal = Refusal(
            errors: .init(error: .init(code: error.code, message: error.message)), requestID: requestID)
        // Text alone can always be encoded.
        let encoded = try? XMLEncoder().encode(
            refusal, withRootKey: "Response", header: XMLHeader(version: 1.0, encoding: "UTF-8"))
        return ByteBuffer(bytes: encoded ?? Data())
    }

    private struct Envelope<Body: Encodable>: Encodable {
        let requestID: String
        let body: Body

        enum CodingKeys: String, CodingKey {
            case requestID = "requestId"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(requestID, forKey: .requestID)
            try body.encode(to: encoder)
        }
    }

    /// The elements of an error begin with other letters than all others.
    private struct Refusal: Encodable {
        struct List: Encodable {
            let error: Item

            enum CodingKeys: String, CodingKey {
                case error = "Error"
            }
        }

        struct Item: Encodable {
            let code: String
            let message: String

            enum CodingKeys: String, CodingKey {
                case code = "Code"
                case message = "Message"
            }
        }

        let errors: List
        let requestID: String

        enum CodingKeys: String, CodingKey {
            case errors = "Errors"
            case requestID = "RequestID"
        }
    }
}

/// A list, whose elements are called `item`.
struct ItemSet<Item: Encodable>: Encodable {
    let item: [Item]

    init(_ items: [Item]) {
        item = items
    }
}

/// The reply of an action that has only to say that it was done.
struct Done: Encodable {
    let `return` = true
}
