// Fetches an https address with the trust that Java has by default, and prints the status.

import java.net.URI;
import javax.net.ssl.HttpsURLConnection;

public class TrustClient {
    public static void main(String[] args) throws Exception {
        HttpsURLConnection connection =
                (HttpsURLConnection) URI.create(args[0]).toURL().openConnection();
        System.out.println("status " + connection.getResponseCode());
    }
}
