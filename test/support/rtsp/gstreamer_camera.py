"""An RTSP camera of GStreamer's own server. It plays one file, again from its beginning for the first player after the
last one has gone. It ends with its standard input.

argv: the file (MP4 with H.264), the port (0: any free one). It prints `listening URL` when it takes players.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

path, port = sys.argv[1:3]
Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
# All players see the same picture at the same time, as of a camera.
factory.set_shared(True)
factory.set_launch(f'( filesrc location="{path}" ! qtdemux ! rtph264pay name=pay0 pt=96 config-interval=-1 )')
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.get_mount_points().add_factory("/camera", factory)
if server.attach(None) == 0:
    sys.exit(f"Port {port} is taken.")
print(f"listening rtsp://127.0.0.1:{server.get_bound_port()}/camera", flush=True)

loop = GLib.MainLoop()


def end_with_input() -> None:
    sys.stdin.read()
    loop.quit()


threading.Thread(target=end_with_input, daemon=True).start()
loop.run()
