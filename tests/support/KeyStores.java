import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS servers, each with a key store, and a client with a trust store, all in this process, over
 * 127.0.0.1. KeyStores PASSWORD TRUSTSTORE KEYSTORE...; prints what the client sees.
 */
final class KeyStores {
    private static KeyStore load(String file, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(file)) {
            store.load(in, password);
        }
        return store;
    }

    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[0].toCharArray();
        for (int i = 2; i < arguments.length; i++) {
            talk(load(arguments[i], password), load(arguments[1], password), password);
        }
    }

    private static void talk(KeyStore keyStore, KeyStore trustStore, char[] password)
            throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(keyStore, password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trustStore);
        SSLContext server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
        InetAddress here = InetAddress.getByName("127.0.0.1");
        try (SSLServerSocket listener =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, here)) {
            Thread answering = new Thread(() -> {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    socket.getOutputStream().write(socket.getInputStream().read());
                    socket.getOutputStream().flush();
                } catch (Exception error) {
                    error.printStackTrace();
                }
            });
            answering.setDaemon(true);
            answering.start();
            try (SSLSocket socket = (SSLSocket)
                    client.getSocketFactory().createSocket(here, listener.getLocalPort())) {
                socket.setSoTimeout(20000);
                socket.getOutputStream().write('x');
                socket.getOutputStream().flush();
                System.out.println("echo " + (char) socket.getInputStream().read());
                X509Certificate leaf =
                    (X509Certificate) socket.getSession().getPeerCertificates()[0];
                System.out.println("peer " + leaf.getSubjectX500Principal());
                System.out.println("chain " + socket.getSession().getPeerCertificates().length);
            }
        }
    }
}
