"""The public PlanCompiler benchmark: recorded plans, checked and run by Interlock."""
