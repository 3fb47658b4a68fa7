import FoundationEssentials
import Glibc
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Dates replies by the cloud's clock, where the server would by this machine's: callers with a wrong clock learn the
/// right one from there.
final class DateHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private static let name = HTTPField.Name("Date")!
    private let wallClock: WallClock

    init(wallClock: @escaping WallClock) {
        self.wallClock = wallClock
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        head.headerFields[DateHandler.name] = httpDate(wallClock())
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}

/// A date as HTTP has it (RFC 9110, 5.6.7).
private func httpDate(_ date: Date) -> String {
    var seconds = time_t(date.timeIntervalSince1970)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    // Long enough for every year of four digits; the program's locale is C.
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text.prefix(count).map(UInt8.init), as: UTF8.self)
}
