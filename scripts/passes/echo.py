"""The pass `echo`: an echo server over the loopback interface."""

PLACE = 7
MEASURE = "cpu_ns_per_message"
UNIT = "ns/message"
TITLE = "CPU time per message of an echo server"
VERDICTS = {"faster": "takes less CPU time", "slower": "takes more CPU time"}
COLUMNS = (("cpu_ns_per_message", "ns a message"), ("cpu_ns_without_timers", "without timers"),
           ("timer_share", "timers' share"))
SIGNED = ("timer_share",)
