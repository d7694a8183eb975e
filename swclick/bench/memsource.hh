#ifndef CLICK_MEMSOURCE_HH
#define CLICK_MEMSOURCE_HH
#include <click/element.hh>
#include <click/task.hh>
#if HAVE_BATCH
# include <click/batchelement.hh>
#endif
CLICK_DECLS
/*
=c
MemSource(FILENAME [, LIMIT, BURST, ACTIVE, STOP])
=s traces
plays a capture over and over from memory
=d
The capture is a pcap in this machine's byte order, read once. Every packet is a copy in a packet of its own, BURST of them (32 if not given)
each time that the task runs; with batches, BURST are one batch. When LIMIT packets are sent, and STOP is true, the driver is told to stop.
=h count read-only
Packets sent.
=h ns read-only
Processor time of this thread, in ns, from the first packet until LIMIT were sent and their tasks had a turn; 0 before that.
=h active write-only
Whether packets are sent.
=h reset write-only
Sets the count to zero, so that packets are sent again.
*/
#if HAVE_BATCH
typedef BatchElement MemSourceBase;
#else
typedef Element MemSourceBase;
#endif

class MemSource : public MemSourceBase { public:
    MemSource() CLICK_COLD;
    const char *class_name() const override { return "MemSource"; }
    const char *port_count() const override { return PORTS_0_1; }
    const char *processing() const override { return PUSH; }
    int configure(Vector<String> &, ErrorHandler *) override CLICK_COLD;
    int initialize(ErrorHandler *) override CLICK_COLD;
    void add_handlers() override CLICK_COLD;
    bool run_task(Task *) override;
  private:
    struct Frame { uint32_t at, length; };
    String _filename, _data;
    Vector<Frame> _frames;
    int64_t _limit;
    uint64_t _sent, _begun, _used;
    int _place;
    uint32_t _burst;
    bool _active, _stop;
    Task _task;
    enum { H_COUNT, H_NS, H_ACTIVE, H_RESET };
    static uint64_t thread_time();
    static String read_handler(Element *, void *) CLICK_COLD;
    static int write_handler(const String &, Element *, void *, ErrorHandler *) CLICK_COLD;
};
CLICK_ENDDECLS
#endif
