// Echoes a line through a TLS server, verified, once a version: EchoClient port ca.pem TLSv1.2 ...

import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class EchoClient {
    public static void main(String[] args) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (FileInputStream file = new FileInputStream(args[1])) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory managers =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        for (int i = 2; i < args.length; i++) {
            echo(context, Integer.parseInt(args[0]), args[i]);
        }
    }

    private static void echo(SSLContext context, int port, String version) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setEnabledProtocols(new String[] {version});
            byte[] line = ("hello from Java with " + version + "\n").getBytes("UTF-8");
            socket.getOutputStream().write(line);
            System.out.write(socket.getInputStream().readNBytes(line.length));
            System.out.flush();
        }
    }
}
