/** The reader of the driver's wire format, which has no types of its own. */
declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readVarInt(): number;
    readVarIntArray<T>(reader: (decoder: Decoder) => T): T[];
  }
}
