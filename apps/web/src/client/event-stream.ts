/** One server-sent event. Comments (heartbeats) are no events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Reads server-sent events out of pieces of text, wherever they are cut (WHATWG HTML, 9.2.6; ids and retry times are not used here). */
export class EventStreamReader {
  private rest = '';
  private event = '';
  private data: string[] = [];

  read(piece: string): StreamEvent[] {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): StreamEvent[] {
    if (line === '') return this.finished();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.event = value;
    return [];
  }

  private finished(): StreamEvent[] {
    const { event, data } = this;
    this.event = '';
    this.data = [];
    return data.length === 0 ? [] : [{ event: event === '' ? 'message' : event, data: data.join('\n') }];
  }
}
