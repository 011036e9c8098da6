// Reads one path a line, in hexadecimal; prints what two readers of Java make of it, in hexadecimal, or "-" where they refuse.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;

public class Reread {
    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var told = new StringBuilder();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String path = new String(HexFormat.of().parseHex(line), StandardCharsets.ISO_8859_1);
            told.append(attempt(() -> new URI("http://a.test" + path).normalize().getRawPath())).append(' ');
            told.append(attempt(() -> Path.of(new URI("http://a.test" + path).getPath()).normalize().toString())).append('\n');
        }
        System.out.print(told);
    }

    private static String attempt(Callable<String> read) {
        try {
            return HexFormat.of().formatHex(read.call().getBytes(StandardCharsets.UTF_8));
        } catch (Exception refused) {
            return "-";
        }
    }
}
