import Collections
import Timekeeping

/// What is going to happen, the earliest first; of things that happen at the same time, the one that was added first.
struct EventQueue<Event> {
    private struct Entry: Comparable {
        let at: Instant
        let number: UInt64
        let event: Event

        static func < (left: Entry, right: Entry) -> Bool {
            (left.at, left.number) < (right.at, right.number)
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.number == right.number
        }
    }

    private var heap = Heap<Entry>()
    private var added: UInt64 = 0

    /// When the next event is.
    var next: Instant? { heap.min?.at }

    mutating func add(_ event: Event, at instant: Instant) {
        added += 1
        heap.insert(Entry(at: instant, number: added, event: event))
    }

    /// Takes the next event out.
    mutating func pop() -> (at: Instant, event: Event)? {
        heap.popMin().map { ($0.at, $0.event) }
    }
}
