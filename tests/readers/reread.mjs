// Reads one path a line, in hexadecimal; prints what two readers of Node make of it, in hexadecimal, or "-" where they refuse.
import { posix } from "node:path";
import { createInterface } from "node:readline";

const hex = (text) => Buffer.from(text, "latin1").toString("hex");
const attempt = (read) => {
    try {
        return hex(read());
    } catch {
        return "-";
    }
};

for await (const line of createInterface({ input: process.stdin })) {
    const path = Buffer.from(line, "hex").toString("latin1");
    // A client hands over what it was given; the bytes above 0x7F are escaped before a URL sees them.
    const ascii = path.replace(/[\x80-\xff]/g, (byte) => "%" + byte.charCodeAt(0).toString(16).toUpperCase());
    const url = attempt(() => new URL("http://a.test" + ascii).pathname);
    const decoded = attempt(() => posix.normalize(Buffer.from(unescape(path), "latin1").toString("latin1")));
    console.log(url + " " + decoded);
}
