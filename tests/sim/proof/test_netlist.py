"""What of a design's Verilog the prover does not read."""

from sim.proof.netlist import without_zeros

WORDS = [f"    words[{number}] = 4'h{number % 8};" for number in range(64)]
FEW = [line.replace("words", "few") for line in WORDS[:9]]
VERILOG = f"""module top(clk, a, y);
  initial begin
{chr(10).join(WORDS)}
  end
  always @(posedge clk) begin
    if (a)
      words[y] <= 4'h1;
  end
  initial begin
{chr(10).join(FEW)}
  end
  always @(posedge clk) begin
    few[y] <= 4'h1;
  end
  initial begin
{chr(10).join(WORDS).replace("words", "constants")}
  end
  always @* begin
    y[0] = 1'h0;
    y[1] = a;
  end
endmodule
"""


def test_only_words_of_large_memories_that_are_written_and_zero_at_first_are_left_out() -> None:
    lines = VERILOG.splitlines()
    zeros = [line for line in WORDS if line.endswith("'h0;")]
    assert len(zeros) == 8
    assert without_zeros(VERILOG).splitlines() == [line for line in lines if line not in zeros]
