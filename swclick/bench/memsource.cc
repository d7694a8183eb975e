// A source for measuring: its packets are copies of those of a capture in memory.
#include <click/config.h>
#include "memsource.hh"
#include <click/args.hh>
#include <click/error.hh>
#include <click/packet.hh>
#include <click/router.hh>
#include <click/standard/scheduleinfo.hh>
#include <click/userutils.hh>
#include <time.h>
CLICK_DECLS

MemSource::MemSource()
    : _limit(-1), _sent(0), _begun(0), _used(0), _place(0), _burst(32), _active(true), _stop(false), _task(this) {}

int MemSource::configure(Vector<String> &conf, ErrorHandler *errh)
{
    return Args(conf, this, errh).read_mp("FILENAME", FilenameArg(), _filename).read_p("LIMIT", _limit).read("BURST", _burst)
        .read("ACTIVE", _active).read("STOP", _stop).complete();
}

int MemSource::initialize(ErrorHandler *errh)
{
    int before = errh->nerrors();
    _data = file_string(_filename, errh);
    if (errh->nerrors() != before)
        return -1;
    uint32_t magic = 0;
    if (_data.length() >= 24)
        memcpy(&magic, _data.data(), 4);
    if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
        return errh->error("%s is not a pcap in this machine's byte order", _filename.c_str());
    uint32_t size = _data.length();
    for (uint32_t at = 24; at + 16 <= size;) {
        Frame f;
        f.at = at + 16;
        memcpy(&f.length, _data.data() + at + 8, 4);
        if (f.length > size - f.at)
            return errh->error("%s ends inside a packet", _filename.c_str());
        _frames.push_back(f);
        at = f.at + f.length;
    }
    if (!_frames.size())
        return errh->error("%s has no packets", _filename.c_str());
    ScheduleInfo::initialize_task(this, &_task, _active, errh);
    return 0;
}

uint64_t MemSource::thread_time()
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

bool MemSource::run_task(Task *)
{
    if (!_active)
        return false;
    int64_t n = _burst;
    if (_limit >= 0 && (int64_t)(_limit - _sent) < n)
        n = _limit - _sent;
    if (n > 0 && !_sent)
        _begun = thread_time();
#if HAVE_BATCH
    PacketBatch *head = 0;
    Packet *last = 0;
    int count = 0;
#endif
    for (int64_t i = 0; i < n; i++) {
        const Frame &f = _frames[_place];
        WritablePacket *p = Packet::make(64, _data.data() + f.at, f.length, 128);
        if (++_place == _frames.size())
            _place = 0;
#if HAVE_BATCH
        if (!head)
            head = PacketBatch::start_head(p);
        else
            last->set_next(p);
        last = p;
        count++;
#else
        output(0).push(p);
#endif
        _sent++;
    }
#if HAVE_BATCH
    if (head)
        output_push_batch(0, head->make_tail(last, count));
#endif
    if (n > 0) {
        _task.fast_reschedule();
        return true;
    }
    if (_begun) {
        _used = thread_time() - _begun;
        _begun = 0;
    }
    if (_stop)
        router()->please_stop_driver();
    return false;
}

String MemSource::read_handler(Element *e, void *which)
{
    MemSource *source = static_cast<MemSource *>(e);
    return String((intptr_t)which == H_NS ? source->_used : source->_sent);
}

int MemSource::write_handler(const String &text, Element *e, void *which, ErrorHandler *errh)
{
    MemSource *source = static_cast<MemSource *>(e);
    if ((intptr_t)which == H_RESET)
        source->_sent = 0;
    else if (!BoolArg().parse(text, source->_active))
        return errh->error("a boolean is wanted");
    source->_task.reschedule();
    return 0;
}

void MemSource::add_handlers()
{
    add_read_handler("count", read_handler, H_COUNT);
    add_read_handler("ns", read_handler, H_NS);
    add_write_handler("active", write_handler, H_ACTIVE);
    add_write_handler("reset", write_handler, H_RESET);
}

CLICK_ENDDECLS
EXPORT_ELEMENT(MemSource)
